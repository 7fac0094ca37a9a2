import type { Host } from "./host.ts";
import { allProcesses } from "./standing.ts";

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
