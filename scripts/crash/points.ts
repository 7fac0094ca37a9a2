/**
 * The points of a command: the system calls of its main thread that change a file, a directory, a lock or a process.
 * strace(1) names them, and injects a death or an error at each. A call is told by its kind and its number among all of
 * that kind, since other threads come between, and that is how strace counts.
 */
import { join } from "node:path";
import type { Ended, World } from "./world.ts";

export interface Point {
  readonly call: string;
  /** Which one of its kind, from 1. */
  readonly at: number;
  /** The line of the trace, for people. */
  readonly line: string;
}

/** A command's words, what it reads, and the variables that it alone sees. */
export interface Call {
  readonly args: readonly string[];
  readonly input?: string;
  readonly env: Readonly<Record<string, string>>;
}

export type Fault =
  | "KILL"
  | "EIO"
  | "ENOSPC"
  | "EACCES"
  | "EMFILE"
  | "EINTR"
  | "ENOENT"
  | "EROFS"
  | "EAGAIN"
  | "EPERM"
  | "EPIPE"
  | "ECONNRESET";

/** What each call can fail with that means something (its man page); all of them can be the last. */
const FAULTS: Readonly<Record<string, readonly Fault[]>> = {
  openat: ["EACCES", "EMFILE", "ENOSPC", "EINTR", "ENOENT"],
  write: ["EIO", "ENOSPC"],
  pwrite64: ["EIO", "ENOSPC"],
  fsync: ["EIO", "ENOSPC"],
  fdatasync: ["EIO", "ENOSPC"],
  ftruncate: ["EIO"],
  rename: ["EIO", "EACCES", "ENOSPC", "ENOENT"],
  renameat: ["EIO", "EACCES", "ENOSPC", "ENOENT"],
  renameat2: ["EIO", "EACCES", "ENOSPC", "ENOENT"],
  link: ["EIO", "ENOSPC"],
  linkat: ["EIO", "ENOSPC"],
  symlink: ["EACCES", "ENOSPC"],
  unlink: ["EIO", "EACCES"],
  unlinkat: ["EIO", "EACCES"],
  mkdir: ["EACCES", "ENOSPC", "ENOENT"],
  mkdirat: ["EACCES", "ENOSPC"],
  rmdir: ["EIO", "EACCES"],
  fchmod: ["EROFS"],
  chmod: ["EROFS"],
  utimensat: ["EROFS"],
  flock: ["EINTR", "EIO"],
  sendto: ["EPIPE", "ECONNRESET"],
  recvfrom: ["ECONNRESET"],
  clone: ["EAGAIN"],
  clone3: ["EAGAIN"],
  vfork: ["EAGAIN"],
  kill: ["EPERM"],
};

export const faultsOf = ({ call }: Point): readonly Fault[] => ["KILL", ...FAULTS[call] ?? []];

const CALLS = Object.keys(FAULTS);

const LINE = /^(\w+)\((.*)$/;

/** Run a command under the tracer. @param inject as of `strace --inject`, without one nothing is injected */
function traced(
  world: World,
  { args, ...how }: Call,
  inject?: string,
): Ended & { readonly lines: string[] } {
  const log = join(world.top, "trace");
  const faults = inject === undefined ? [] : ["-e", `inject=${inject}`];
  const calls = ["-e", `trace=${CALLS.map((call) => `?${call}`).join(",")}`];
  const command = [
    "strace",
    "-qq",
    "-y",
    "-s",
    "4096",
    "-o",
    log,
    ...calls,
    ...faults,
    "--",
    world.berth,
    ...args,
  ];
  const ended = world.run(command, how);
  return { ...ended, lines: world.text("..", "trace").split("\n") };
}

/** The points of one run, which is made. */
export function pointsOf(world: World, command: Call): { points: Point[]; ended: Ended } {
  const { lines, ...ended } = traced(world, command);
  const counts = new Map<string, number>();
  const points: Point[] = [];
  for (const line of lines) {
    const [, call = "", rest = ""] = LINE.exec(line) ?? [];
    if (!(call in FAULTS)) continue;
    const at = (counts.get(call) ?? 0) + 1;
    counts.set(call, at);
    if (changes(call, rest, world)) points.push({ call, at, line });
  }
  return { points, ended };
}

/** Whether a call changes something of the world, starts or ends a process, or goes to its database. */
function changes(call: string, rest: string, world: World): boolean {
  if (["clone", "clone3", "vfork", "kill"].includes(call)) return !rest.includes("CLONE_THREAD");
  if (call === "sendto" || call === "recvfrom") return world.isShared && !/ = -1 EAGAIN/.test(rest);
  // Files of a session are reached through their open directory.
  if (!rest.includes(world.dir) && !rest.includes('"/proc/self/fd/')) return false;
  return call !== "openat" || /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(rest);
}

/** What a fault met: the point, nothing, or a call of that kind which only reads. */
export type Met = "point" | "nothing" | "reading";

/** Run the command with a fault at a point. */
export function runWith(
  world: World,
  command: Call,
  { call, at }: Point,
  fault: Fault,
): Ended & { readonly met: Met } {
  const how = fault === "KILL" ? "signal=KILL" : `error=${fault}`;
  const { lines, ...ended } = traced(world, command, `?${call}:${how}:when=${at}`);
  if (fault === "KILL") return { ...ended, met: ended.status === null ? "point" : "nothing" };
  const line = lines.find((line) => line.includes("(INJECTED)"));
  if (line === undefined) return { ...ended, met: "nothing" };
  return { ...ended, met: changes(call, LINE.exec(line)?.[2] ?? "", world) ? "point" : "reading" };
}
