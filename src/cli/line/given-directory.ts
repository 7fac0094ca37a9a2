import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { fail } from "../../errors/errors.ts";
import { type Input, text } from "../command.ts";

/** The directory that was given or that we are in, without symbolic links. @throws `bad_directory` */
export function directoryOf(input: Input): string {
  const path = resolve(text(input, "path") ?? process.cwd());
  try {
    if (statSync(path).isDirectory()) return realpathSync(path);
  } catch (error) {
    throw fail("bad_directory", { path, why: "No such directory, or you may not enter it" }, error);
  }
  throw fail("bad_directory", { path, why: "Not a directory" });
}
