import { type BerthError, fail } from "../../errors/errors.ts";

/** What each refusal of the system is called, and what to do about it (errno(3), getrlimit(2)). */
const REFUSALS: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  EMFILE: ["too many open files", `Raise the limit with "ulimit -n 256"`],
  ENFILE: ["too many open files in the system", "Close programs, or raise fs.file-max"],
  EAGAIN: ["no more processes or threads", `End programs, or raise the limit ("ulimit -u", pids.max)`],
  ENOMEM: ["not enough memory", `End programs, or raise the limit ("ulimit -v", memory.max)`],
  ENOSPC: ["no space left on the device", "Make room there; nothing that was kept is lost"],
  EDQUOT: ["disk quota exceeded", "Make room there; nothing that was kept is lost"],
  EFBIG: ["file too large", `Raise the limit with "ulimit -f unlimited"`],
  EROFS: ["read-only file system", "Set BERTH_HOME to a directory that you may write to"],
  EPERM: ["operation not permitted", "Allow it in the sandbox or container that this runs in"],
  EACCES: ["permission denied", "Check who owns it and its mode"],
  ENOENT: ["no such file or directory", "Something removed it meanwhile: try again"],
  ENOSYS: ["function not implemented", "Allow it in the sandbox or container that this runs in"],
  EIO: ["input/output error", "Look at the system's log: a disk or a terminal is gone"],
};

/** What runtimes say instead of an errno when memory or the stack is used up. */
const USED_UP = /out of memory|allocation failed|maximum call stack|cannot allocate|Array buffer allocation/i;

/** The failure of an error that is no fault of ours but the machine's refusal; null for every other. */
export function denied(error: unknown): BerthError | null {
  if (!(error instanceof Error)) return null;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  // A program that is missing is no file that went.
  const isProgram = code === "ENOENT" && syscall?.startsWith("spawn") === true;
  const refusal = typeof code === "string" && !isProgram ? REFUSALS[code] : undefined;
  const [why, hint] = refusal ?? (USED_UP.test(error.message) ? REFUSALS["ENOMEM"] ?? [] : []);
  if (why === undefined || hint === undefined) return null;
  const where = [syscall, path].filter((part) => typeof part === "string" && part !== "").join(" ");
  return fail("machine_denies", { why: where === "" ? why : `${why} (${where})`, hint }, error);
}
