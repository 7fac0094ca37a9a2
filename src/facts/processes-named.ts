import { readdirSync } from "node:fs";
import type { Host } from "./host.ts";
import { kernelThreads } from "./kernel-threads.ts";

/** The kernel cuts a name at 15 bytes. */
const NAME_BYTES = 64;

/** The processes whose name is wanted. Only on Linux; elsewhere none are found. */
export function processesNamed(host: Host, wanted: (name: string) => boolean): number[] {
  if (host.system !== "linux") return [];
  const threads = kernelThreads(host);
  return readdirSync("/proc").filter((pid) => pid >= "0" && pid <= ":" && !threads.has(Number(pid))).filter(
    (pid) => {
      const name = nameOf(host, pid);
      return name !== null && wanted(name);
    },
  ).map(Number);
}

function nameOf(host: Host, pid: string): string | null {
  const name = host.readText(`/proc/${pid}/comm`, NAME_BYTES);
  return name.ok ? name.value.trimEnd() : null;
}
