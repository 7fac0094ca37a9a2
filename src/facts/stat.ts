import { type Process, type Reading, unknown } from "./facts.ts";

/** Positions behind the name in /proc/<pid>/stat, counted from the state as 0 (proc_pid_stat(5): field − 3). */
const PPID = 1;
const SESSION = 3;
const TTY_NR = 4;
const THREADS = 17;
const START_TIME = 19;

/** As Number.isSafeInteger, of what is not below zero. */
const isWhole = (number: number): boolean => number >= 0 && number <= MOST && number % 1 === 0;
/** Number.MAX_SAFE_INTEGER */
const MOST = 2 ** 53 - 1;

/** A process as /proc/<pid>/stat tells it, its terminal still as a device number. */
export interface ProcessStat extends Omit<Process, "tty"> {
  readonly ttyNr: number;
}

/**
 * Read one line of /proc/<pid>/stat.
 *
 * The name is whatever the program calls itself, with spaces, parentheses and newlines in it; the kernel puts it
 * between the first `(` and the *last* `)`.
 *
 * @returns the process, or why the line is none
 */
export function parseStat(line: string): Reading<ProcessStat> {
  const open = line.indexOf(" (");
  const close = line.lastIndexOf(")");
  if (open < 1 || close < open + 2) return unknown("stat without a name in parentheses");
  const fields = line.slice(close + 2).split(" ", START_TIME + 1);
  const id = line.slice(0, open);
  const parent = fields[PPID];
  const session = fields[SESSION];
  const terminal = fields[TTY_NR];
  const started = fields[START_TIME] ?? "";
  // By the operator, here and below: the runtime makes `Number` when something first names it.
  const pid = +id;
  const ppid = +(parent ?? "");
  const sid = +(session ?? "");
  const ttyNr = +(terminal ?? "");
  const start = +started;
  // Each as the kernel writes it (not `1e3`, ` 7` or nothing). A session of -1 is a process that is being reaped.
  const spelled =
    `${pid} ${ppid} ${sid} ${ttyNr} ${start}` === `${id} ${parent} ${session} ${terminal} ${started}`;
  const whole = isWhole(pid + ppid + sid + start) && isWhole(ttyNr < 0 ? -ttyNr : ttyNr);
  if (!spelled || !whole || pid < 0 || ppid < 0 || sid < 0 || start < 0) {
    return unknown("stat with a field that is no number");
  }
  const process = { pid, ppid, name: line.slice(open + 2, close), sid, ttyNr, start: started };
  // A process whose first thread has ended shows as a zombie too, while its others go on.
  const zombie = (fields[0] === "Z" || fields[0] === "X") && +(fields[THREADS] ?? "") <= 1;
  return { ok: true, value: zombie ? { ...process, zombie } : process };
}

/**
 * Read /proc/<pid>/timens_offsets (time_namespaces(7): `boottime SECONDS NANOSECONDS`).
 *
 * @returns the clock ticks that the time namespace adds to every start time, to be taken off again, so that a
 * process has the same start time inside and outside; 0 for anything that is no such file
 */
export function parseStartOffset(text: string): number {
  const at = text.indexOf("boottime");
  if (at < 0) return 0;
  const rest = text.slice(at + "boottime".length).trim();
  const seconds = Number(rest.slice(0, rest.indexOf(" ")));
  const nanoseconds = Number(rest.slice(rest.lastIndexOf(" ")));
  // USER_HZ is 100 on every architecture that we build for.
  const ticks = seconds * 100 + Math.floor(nanoseconds / 10_000_000);
  return Number.isSafeInteger(ticks) ? ticks : 0;
}

/**
 * The path of a terminal by its device number, as far as arithmetic tells it: majors 136 to 143 are the Unix98
 * pseudoterminals, 256 a major; 4 is the consoles and, from minor 64, the serial lines
 * (Documentation/admin-guide/devices.txt of the kernel).
 *
 * @returns the path, or null for any other major
 */
export function ttyPath(ttyNr: number): string | null {
  const { major, minor } = device(ttyNr);
  if (major >= 136 && major <= 143) return `/dev/pts/${(major - 136) * 256 + minor}`;
  if (major === 4) return minor < 64 ? `/dev/tty${minor}` : `/dev/ttyS${minor - 64}`;
  return null;
}

/** Major and minor of a device number in the kernel's "new" encoding, as tty_nr has it. */
export function device(ttyNr: number): { major: number; minor: number } {
  return { major: (ttyNr >>> 8) & 0xfff, minor: (ttyNr & 0xff) | ((ttyNr >>> 12) & 0xfff00) };
}
