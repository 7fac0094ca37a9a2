import type { Host } from "./host.ts";

/*
 * The kernel hands out PIDs in turn, and begins anew behind its last one (alloc_pid of kernel/pid.c). So whoever knows
 * where it was at some time tells by the PID alone who may have been started since, as long as it has not come round:
 * a file of each process, and ten microseconds, need not be read.
 */

/** Where the kernel was with its PIDs at some time. */
export interface PidMoment {
  /** The PID that was handed out last in our PID namespace (proc_loadavg(5)). */
  readonly pid: number;
  /** How many processes and threads the machine had started since it was booted (proc_stat(5)). */
  readonly forks: number;
}

/** The same, with what tells whether it has come round. */
export interface PidsNow extends PidMoment {
  /** How many processes and threads there are: their PIDs are passed over. */
  readonly tasks: number;
  /** One more than the largest PID (proc_sys_kernel(5)). */
  readonly max: number;
}

/** The PIDs that may have been handed out since: those behind `after` up to `upTo`, by way of the end where that is less. */
export interface PidRange {
  readonly after: number;
  readonly upTo: number;
}

/** The kernel begins anew with this one (RESERVED_PIDS). */
const FIRST = 300;
/** What is started while we look. */
const MEANWHILE = 1000;
const STAT_BYTES = 1 << 20;
const SHORT_BYTES = 128;

/** @returns null where that cannot be known: on another system, or where /proc is that of another PID namespace */
export function pidsNow(host: Host): PidsNow | null {
  if (host.system !== "linux") return null;
  const self = host.readLink("/proc/self");
  if (!self.ok || Number(self.value) !== host.pid) return null;
  const [stat, load, max] = [
    host.readText("/proc/stat", STAT_BYTES),
    host.readText("/proc/loadavg", SHORT_BYTES),
    host.readText("/proc/sys/kernel/pid_max", SHORT_BYTES),
  ];
  return stat.ok && load.ok && max.ok ? parsePids(stat.value, load.value, max.value) : null;
}

/** The three files. @returns null for anything that does not look like them */
export function parsePids(stat: string, load: string, max: string): PidsNow | null {
  const forks = wholeBehind(stat, "\nprocesses ", "\n");
  const tasks = wholeBehind(load, "/", " ");
  const pid = wholeBehind(load.slice(load.indexOf("/")), " ", "\n");
  const largest = wholeBehind(` ${max}`, " ", "\n");
  return forks === null || tasks === null || pid === null || largest === null
    ? null
    : { pid, forks, tasks, max: largest };
}

/** The number between two texts. Regular expressions take longer to be made than the files to be read. */
function wholeBehind(text: string, before: string, behind: string): number | null {
  const at = text.indexOf(before);
  const end = at < 0 ? -1 : text.indexOf(behind, at + before.length);
  const digits = end < 0 ? "" : text.slice(at + before.length, end);
  const number = Number(digits);
  return digits !== "" && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

/**
 * Who may have been started since then.
 *
 * A start that is refused after its PID was taken (`pids.max`) is not counted. So it is asked not only whether fewer than
 * half of all PIDs were handed out, but also whether the kernel came no further than what was counted takes it.
 *
 * @returns null where anybody may: it may have come round, or was another kernel or PID namespace
 */
export function startedSince(then: PidMoment, now: PidsNow): PidRange | null {
  const free = now.max - FIRST - now.tasks;
  const forks = now.forks - then.forks;
  if (forks < 0 || forks > free / 2 || then.pid >= now.max || now.pid >= now.max) return null;
  const way = now.pid - then.pid + (now.pid < then.pid ? now.max : 0);
  const most = forks + now.tasks + MEANWHILE + (now.pid < then.pid ? FIRST : 0);
  // With so few PIDs in all the look itself could come round.
  if (way > most || way + MEANWHILE + FIRST >= now.max) return null;
  const upTo = now.pid + MEANWHILE;
  return { after: then.pid, upTo: upTo < now.max ? upTo : upTo - now.max + FIRST };
}

/** Whether a PID is one of them. */
export const isAmong = ({ after, upTo }: PidRange, pid: number): boolean =>
  after <= upTo ? pid > after && pid <= upTo : pid > after || pid <= upTo;
