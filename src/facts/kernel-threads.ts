import type { Host } from "./host.ts";

const STAT_BYTES = 4096;
const CHILDREN_BYTES = 1 << 17;
/** Position behind the name in /proc/<pid>/stat (see `stat.ts`), and the bit that no program can have (PF_KTHREAD). */
const FLAGS = 6;
const KERNEL_THREAD = 0x200000;

/**
 * The kernel's own threads, half of all processes on many a machine, told by two files: all are children of the second
 * process. Where that is another's, as in a container, nobody is left out.
 */
export function kernelThreads(host: Host): ReadonlySet<number> {
  const stat = host.readText("/proc/2/stat", STAT_BYTES);
  if (!stat.ok || !isKernelThread(stat.value)) return new Set();
  const children = host.readText("/proc/2/task/2/children", CHILDREN_BYTES);
  return new Set(children.ok ? children.value.split(" ").map(Number) : []);
}

/** @param stat a line of /proc/<pid>/stat */
export const isKernelThread = (stat: string): boolean =>
  (Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ", FLAGS + 1)[FLAGS]) & KERNEL_THREAD) !== 0;
