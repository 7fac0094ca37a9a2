import { readdirSync } from "node:fs";
import type { Host } from "./host.ts";
import { parseStat } from "./stat.ts";

/** A process that is at work in a directory. */
export interface Occupant {
  readonly pid: number;
  /** The kernel's name of its program. */
  readonly command: string;
  readonly pgrp: number;
  /** Its current directory, null where that is elsewhere and its environment alone tells whose it is. */
  readonly at: string | null;
}

/** What tells that a process belongs to somebody's work. */
export interface Traces {
  /** Absolute, free of symbolic links; null where only the marks are looked for. */
  readonly directory: string | null;
  /** Variables (`NAME=value`), all of which a process was started with; `NAME=` is met by any value. */
  readonly marks: readonly string[];
}

const STAT_BYTES = 4096;
const ENVIRONMENT_BYTES = 1 << 20;

/**
 * The processes whose current directory is the given one or below it, and those that were started with the marks, as far
 * as they may be looked at. Zombies are none. Only on Linux; elsewhere none are found.
 */
export function processesAt(host: Host, { directory, marks }: Traces): Occupant[] {
  if (host.system !== "linux") return [];
  const found: Occupant[] = [];
  for (const name of readdirSync("/proc")) {
    // All names of processes are numbers, and nothing else there begins with a digit.
    if (name < "0" || name > ":") continue;
    const at = directory === null ? null : directoryOf(host, name);
    const inside = at !== null && (at === directory || at.startsWith(`${directory}/`));
    if (!inside && !carries(host, name, marks)) continue;
    const one = described(host, Number(name), inside ? at : null);
    if (one !== null) found.push(one);
  }
  return found.sort((a, b) => a.pid - b.pid);
}

function directoryOf(host: Host, pid: string): string | null {
  const link = host.readLink(`/proc/${pid}/cwd`);
  return link.ok ? link.value : null;
}

function carries(host: Host, pid: string, marks: readonly string[]): boolean {
  if (marks.length === 0) return false;
  const environment = host.readText(`/proc/${pid}/environ`, ENVIRONMENT_BYTES);
  if (!environment.ok) return false;
  const text = `\0${environment.value}`;
  return marks.every((mark) => text.includes(mark.endsWith("=") ? `\0${mark}` : `\0${mark}\0`));
}

function described(host: Host, pid: number, at: string | null): Occupant | null {
  const text = host.readText(`/proc/${pid}/stat`, STAT_BYTES);
  const stat = text.ok ? parseStat(text.value) : text;
  if (!text.ok || !stat.ok || stat.value.zombie === true) return null;
  return { pid, command: stat.value.name, pgrp: groupOf(text.value), at };
}

/** The field behind the state and the parent; the name before them may hold anything but ends at the last `)`. */
const groupOf = (stat: string): number => Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ", 3)[2]);
