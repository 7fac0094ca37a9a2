import type { Dependencies } from "./dependencies.ts";

/** Steps from a process to its ancestors; more than any real chain has. */
export const MAX_ANCESTORS = 100;

/** We and all that started us. */
export function ancestorsOf({ machine, self }: Dependencies): Set<number> {
  const now = machine();
  const found = new Set<number>();
  for (let pid = self.pid; pid > 1 && !found.has(pid) && found.size < MAX_ANCESTORS;) {
    found.add(pid);
    const process = now.process(pid);
    pid = process.ok ? process.value.ppid : 0;
  }
  return found;
}
