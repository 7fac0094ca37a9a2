import { Exit, kind } from "./kind.ts";
import { quote } from "./quote.ts";

/** Failures of what the machine denies. */
export const factsErrors = () => ({
  no_native_calls: kind(
    Exit.failed,
    (d: { what: string }) =>
      `Cannot ${d.what}: this process is granted no memory that is both written and executed`,
    () =>
      `Raise "ulimit -v" above 4000000, or lift MemoryDenyWriteExecute or BUN_JSC_useJIT=0; ` +
      `"berth doctor" says what works without`,
    { what: "lock a file" },
  ),
  no_threads: kind(
    Exit.failed,
    (d: { command: string }) => `Cannot run "berth ${d.command}" here: the system grants no thread`,
    () => `End programs, or raise what limits them here: "ulimit -u", pids.max, a seccomp filter`,
    { command: "mcp" },
  ),
  machine_denies: kind(
    Exit.failed,
    (d: { why: string; hint: string }) => `Cannot go on: the system says ${quote(d.why)}`,
    (d) => d.hint,
    { why: "Too many open files", hint: `Raise the limit with "ulimit -n 256", or close what is open` },
  ),
} as const);
