import { readdirSync } from "node:fs";
import type { Host } from "./host.ts";

/** The kernel cuts a name at 15 bytes. */
const NAME_BYTES = 64;
const CHILDREN_BYTES = 1 << 17;

/** The processes whose name is wanted. Only on Linux; elsewhere none are found. */
export function processesNamed(host: Host, wanted: (name: string) => boolean): number[] {
  if (host.system !== "linux") return [];
  const threads = kernelThreads(host);
  return readdirSync("/proc").filter((pid) => pid >= "0" && pid <= ":" && !threads.has(pid)).filter((pid) => {
    const name = nameOf(host, pid);
    return name !== null && wanted(name);
  }).map(Number);
}

function nameOf(host: Host, pid: string): string | null {
  const name = host.readText(`/proc/${pid}/comm`, NAME_BYTES);
  return name.ok ? name.value.trimEnd() : null;
}

/** Half of all processes on many a machine, told by one file; where it is not there, nobody is left out. */
function kernelThreads(host: Host): ReadonlySet<string> {
  if (nameOf(host, "2") !== "kthreadd") return new Set();
  const children = host.readText("/proc/2/task/2/children", CHILDREN_BYTES);
  return new Set(children.ok ? children.value.split(" ") : []);
}
