import { readdirSync } from "node:fs";
import type { Host } from "./host.ts";

const ENVIRONMENT_BYTES = 1 << 20;

/**
 * The processes that were started with all of these variables set so, as far as their environment may be read. Only
 * on Linux; elsewhere none are found.
 *
 * @param marks `["BERTH_SESSION=uuid--…", "BERTH_RUN=3"]`
 */
export function processesWith(host: Host, marks: readonly string[]): number[] {
  if (host.system !== "linux") return [];
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    const environment = host.readText(`/proc/${pid}/environ`, ENVIRONMENT_BYTES);
    if (!environment.ok) return false;
    const set = new Set(environment.value.split("\0"));
    return marks.every((mark) => set.has(mark));
  });
}
