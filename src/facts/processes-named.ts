import { readdirSync } from "node:fs";
import type { Host } from "./host.ts";

/** The kernel cuts a name at 15 bytes. */
const NAME_BYTES = 64;

/** The processes whose name is wanted. Only on Linux; elsewhere none are found. */
export function processesNamed(host: Host, wanted: (name: string) => boolean): number[] {
  if (host.system !== "linux") return [];
  return readdirSync("/proc").filter((pid) => pid >= "0" && pid <= ":").filter((pid) => {
    const name = host.readText(`/proc/${pid}/comm`, NAME_BYTES);
    return name.ok && wanted(name.value.trimEnd());
  }).map(Number);
}
