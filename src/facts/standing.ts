import { readdirSync } from "node:fs";
import process from "node:process";
import type { Host } from "./host.ts";
import { kernelThreads } from "./kernel-threads.ts";
import { isAmong } from "./pid-order.ts";
import { type OtherMount, type OtherPath, seenElsewhere } from "./other-mounts.ts";
import { parseStat } from "./stat.ts";
import { searchProc } from "./search-proc-bun.ts";
import type { Search, Trace, Traces } from "./traces.ts";

const search = "Bun" in globalThis && process.platform === "linux" ? searchProc : undefined;

/** A process that is at work in a directory. */
export interface Occupant {
  readonly pid: number;
  /** The kernel's name of its program. */
  readonly command: string;
  readonly pgrp: number;
  /** Its current directory, null where that is elsewhere and its environment alone tells whose it is. */
  readonly at: string | null;
}

const STAT_BYTES = 4096;
const ENVIRONMENT_BYTES = 1 << 20;

/**
 * The processes whose current directory is the given one or below it, and those that were started with the marks, as far
 * as they may be looked at. Zombies are none. Only on Linux; elsewhere none are found.
 */
export function processesAt(host: Host, traces: Traces): Occupant[] {
  const { directory } = traces;
  if (directory !== null) return [...lookAround(host, { ...traces, directory }).occupants];
  return host.system === "linux" ? occupantsIn(host, searchAll(host, traces)) : [];
}

/** Who is at work in a directory, and what is mounted there where we do not see it. */
export interface InUse {
  /** What we have mounted at or below it by whichever path. */
  readonly ownMounts: readonly string[];
  readonly occupants: readonly Occupant[];
  readonly mounts: readonly OtherMount[];
}

/**
 * As `processesAt`, and what is mounted there for others, by the same look at all processes. Whoever stands in the directory
 * by another path (a bind mount, a container's volume) stands there too.
 */
export function lookAround(host: Host, traces: Traces & { readonly directory: string }): InUse {
  if (host.system !== "linux") return { occupants: [], ownMounts: [], mounts: [] };
  const search = searchAll(host, { ...traces, namespaces: true });
  const { views, ...mounted } = seenElsewhere(host, search, traces.directory);
  const known = new Set(search.found.filter(({ inside }) => inside).map(({ pid }) => pid));
  const others = views.flatMap((view) => standingBy(host, view)).filter(({ pid }) => !known.has(pid));
  const also = new Set(others.map(({ pid }) => pid));
  const found = [...search.found.filter(({ pid }) => !also.has(pid)), ...unique(others)];
  return { occupants: occupantsIn(host, { ...search, found }), ...mounted };
}

const unique = (
  found: readonly Trace[],
): Trace[] => [...new Map(found.map((one) => [one.pid, one])).values()];

/** Those that stand in a directory by a path of their mount namespace. */
function standingBy(host: Host, { path, pid }: OtherPath): Trace[] {
  const namespaceOf = (process: OtherPath["pid"]): string | null => {
    const link = host.readLink(`/proc/${process}/ns/mnt`);
    return link.ok ? link.value : null;
  };
  const namespace = namespaceOf(pid);
  return searchAll(host, { directory: path, marks: [] }).found.filter((one) =>
    namespaceOf(one.pid) === namespace
  );
}

const searchAll = (host: Host, traces: Traces): Search =>
  search?.(host, { ...traces, kernel: kernelThreads(host) }) ?? searchPlainly(host, traces);

const occupantsIn = (host: Host, { found }: Search): Occupant[] =>
  found.flatMap(({ pid, inside }) => described(host, pid, inside ? directoryOf(host, pid) : null) ?? [])
    .sort((a, b) => a.pid - b.pid);

/**
 * The PIDs alone of those that were started with all of these variables set so.
 *
 * @param marks `["BERTH_SESSION=uuid--…", "BERTH_RUN=3"]`
 */
export const processesWith = (host: Host, marks: readonly string[]): number[] =>
  host.system !== "linux" ? [] : (search?.(host, { directory: null, marks }) ??
    searchPlainly(host, { directory: null, marks })).found.map(({ pid }) => pid);

/** By the host alone, where nothing faster is to be had. No other mount namespaces are looked for. */
export function searchPlainly(host: Host, { directory, marks, marked }: Traces): Search {
  const found = allProcesses().flatMap((pid): Trace[] => {
    const at = directory === null ? null : directoryOf(host, pid);
    const inside = at !== null && (at === directory || at.startsWith(`${directory}/`));
    return inside || (marked === undefined || isAmong(marked, pid)) && carries(host, pid, marks)
      ? [{ pid, inside }]
      : [];
  });
  return { found, namespaces: [] };
}

/** All names of processes are numbers, and nothing else in /proc begins with a digit. */
export const allProcesses = (): number[] =>
  readdirSync("/proc").filter((name) => name >= "0" && name < ":").map(Number);

function directoryOf(host: Host, pid: number): string | null {
  const link = host.readLink(`/proc/${pid}/cwd`);
  return link.ok ? link.value : null;
}

function carries(host: Host, pid: number, marks: readonly string[]): boolean {
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
