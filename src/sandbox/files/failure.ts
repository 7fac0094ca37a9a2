/** The system's errors as the program's own. Every file operation runs inside `attempt`. */
import { BerthError, fail } from "../../errors/errors.ts";

/** The system's name of an error, such as `ENOENT`; empty when it is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Whether a system error says that a name, or something on the way to it, is not there. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT";
}

/** Whether a system error says that something is there already. */
export function isThere(error: unknown): boolean {
  return codeOf(error) === "EEXIST";
}

/** Whether our own error says that nothing is there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof BerthError && error.code === "not_found";
}

/** What the user can do nothing about but know: the system's words without the internal path behind them. */
function words(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/, \w+ '.*$/s, "").replace(/^\w+: /, "");
}

function translate(error: unknown, path: string, verb: "read" | "write"): Error {
  if (error instanceof BerthError) return error;
  switch (codeOf(error)) {
    case "ENOENT":
      return fail("not_found", { path }, error);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return fail("permission_denied", { path }, error);
    case "EISDIR":
      return fail("is_directory", { path }, error);
    case "ENOTDIR":
      return fail("not_directory", { path }, error);
    case "ENXIO":
    case "ENODEV":
      return fail("special_file", { path }, error);
    case "ENAMETOOLONG":
      return fail("invalid_path", { path, why: "a name in it is longer than the file system allows" }, error);
    case "ELOOP":
      return fail("symlink_escapes_boundary", { path }, error);
  }
  const what = JSON.stringify(path);
  return verb === "read"
    ? fail("read_failed", { what, why: words(error) }, error)
    : fail("write_failed", { what, why: words(error) }, error);
}

/**
 * Run a file operation and give its failure a code of ours.
 *
 * @param path the path as the agent wrote it; the internal one never reaches a message
 */
export function attempt<T>(path: string, verb: "read" | "write", operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw translate(error, path, verb);
  }
}
