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
  return allProcesses().filter((pid) => {
    const environment = host.readText(`/proc/${pid}/environ`, ENVIRONMENT_BYTES);
    if (!environment.ok) return false;
    const set = new Set(environment.value.split("\0"));
    return marks.every((mark) => set.has(mark));
  });
}

const allProcesses = (): number[] => readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);

/** Positions behind the name in /proc/<pid>/stat (proc_pid_stat(5)), counted from the state. */
const STATE = 0;
const PGRP = 2;

/** Whether anything of a process group lives: zombies do not count. Only on Linux; elsewhere null. */
export function groupLives(host: Host, group: number): boolean | null {
  if (host.system !== "linux") return null;
  return allProcesses().some((pid) => {
    const text = host.readText(`/proc/${pid}/stat`, 4096);
    if (!text.ok) return false;
    const fields = text.value.slice(text.value.lastIndexOf(")") + 2).split(" ");
    return Number(fields[PGRP]) === group && !/^[ZX]/.test(fields[STATE] ?? "");
  });
}
