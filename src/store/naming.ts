import { fail, quotePath } from "../errors/errors.ts";
import * as files from "./files.ts";

/** Run it, and name the file that could not be written in what it throws. */
export const writing = <T>(path: string, work: () => T): T => naming("write_failed", path, work);

/** Run it, and name the file that could not be read in what it throws. */
export const reading = <T>(path: string, work: () => T): T => naming("read_failed", path, work);

function naming<T>(code: "write_failed" | "read_failed", path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (files.errnoOf(error) === "") throw error;
    throw fail(code, { what: quotePath(path), why: files.why(error) }, error);
  }
}

export { quietly } from "./quietly.ts";
