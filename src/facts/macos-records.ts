import { known, type Process, type Reading, unknown } from "./facts.ts";

/**
 * `struct kinfo_proc` of sys/sysctl.h on 64-bit macOS, the same on x86_64 and arm64: its size, and where the fields
 * stand that are read.
 */
export const KINFO_PROC = {
  size: 648,
  startSeconds: 0,
  startMicroseconds: 8,
  pid: 40,
  name: 243,
  nameBytes: 17,
  ppid: 560,
  ttyDevice: 572,
} as const;

/** A process as the kernel's record tells it: without its session, which getsid(2) knows. */
export type KernelProcess = Omit<Process, "sid">;

/** Read one record. @returns unknown for a record of another size, and for the zeroed one of a process that is gone */
export function parseKinfoProc(bytes: Uint8Array): Reading<KernelProcess> {
  // What sysctl says of a number that no process has.
  if (bytes.length === 0) return unknown("no such process");
  if (bytes.length !== KINFO_PROC.size) return unknown(`a process record of ${bytes.length} bytes`);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pid = data.getInt32(KINFO_PROC.pid, true);
  if (pid <= 0) return unknown("no such process");
  const seconds = data.getBigInt64(KINFO_PROC.startSeconds, true);
  const microseconds = data.getInt32(KINFO_PROC.startMicroseconds, true);
  if (seconds < 0n || microseconds < 0 || microseconds >= 1_000_000) return unknown("no start time");
  return known({
    pid,
    ppid: data.getInt32(KINFO_PROC.ppid, true),
    name: cString(bytes.subarray(KINFO_PROC.name, KINFO_PROC.name + KINFO_PROC.nameBytes)),
    tty: ttyPath(data.getInt32(KINFO_PROC.ttyDevice, true)),
    start: String(seconds * 1_000_000n + BigInt(microseconds)),
  });
}

const NODEV = -1;
/** The driver of the pseudoterminals' slave sides; `ls -l /dev/ttys000` shows it. */
const PTY_MAJOR = 16;

/**
 * The path of a terminal by its device number: major in the top 8 bits, minor in the others (sys/types.h).
 *
 * @returns null without a terminal; for a driver that is not known a path made of the numbers, which is as stable
 */
export function ttyPath(device: number): string | null {
  if (device === NODEV) return null;
  const major = device >>> 24;
  const minor = device & 0xffffff;
  if (major === PTY_MAJOR) return `/dev/ttys${String(minor).padStart(3, "0")}`;
  return device === 0 ? "/dev/console" : `/dev/char/${major}:${minor}`;
}

const decoder = new TextDecoder();

/** Text up to the first NUL, or to the end of its field. */
function cString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** What a process was started with. */
export interface StartedWith {
  readonly arguments: readonly string[];
  /** `NAME=value`; none where the system keeps them to itself. */
  readonly environment: readonly string[];
}

/**
 * Read what sysctl KERN_PROCARGS2 gives: the number of arguments (32 bits), the executable's path, NULs up to the
 * next word, the arguments, then the environment, each with a NUL at its end (sysctl_procargsx of xnu).
 *
 * @returns unknown where the record ends before its last argument: cut off, or forged by the process itself
 */
export function parseProcArgs(bytes: Uint8Array): Reading<StartedWith> {
  if (bytes.length < 4) return unknown(`an argument record of ${bytes.length} bytes`);
  const count = new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
  if (count < 0) return unknown(`${count} arguments`);
  const pathEnd = bytes.indexOf(0, 4);
  if (pathEnd < 0) return unknown("an argument record without an end of the program's path");
  let start = pathEnd;
  while (bytes[start] === 0) start++;
  const texts = decoder.decode(bytes.subarray(start)).split("\0");
  // Behind the last NUL there is no text but what was cut off.
  texts.pop();
  if (texts.length < count) return unknown(`${texts.length} of ${count} arguments`);
  const rest = texts.slice(count);
  const end = rest.indexOf("");
  return known({ arguments: texts.slice(0, count), environment: end < 0 ? rest : rest.slice(0, end) });
}
