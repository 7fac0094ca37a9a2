import { fail } from "../errors/errors.ts";

/**
 * Open a library of the system. The runtimes make the calls into it at run time, in memory that is both written and
 * executed, and that is not granted everywhere: `ulimit -v` below what the runtime sets aside for it (some 2.5 GB),
 * MemoryDenyWriteExecute of systemd, SELinux, `BUN_JSC_useJIT=0`.
 *
 * @param what the calls are for, as it stands in the error: `lock a file`
 * @throws `no_native_calls`
 */
export function nativeCalls<T>(what: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw fail("no_native_calls", { what }, error);
  }
}
