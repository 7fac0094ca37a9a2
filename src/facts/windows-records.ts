import { known, type Reading, unknown } from "./facts.ts";
import { decodeUntilNul } from "./utf16.ts";

/** `PROCESSENTRY32W` of tlhelp32.h on 64-bit: its size, and where the fields stand that are read. */
export const PROCESS_ENTRY = { size: 568, pid: 8, ppid: 32, name: 44, nameBytes: 520 } as const;

/** A process as a snapshot tells it. */
export interface ProcessEntry {
  readonly pid: number;
  /** Who started it; that process may be gone, and its PID somebody else's. */
  readonly ppid: number;
  /** The file name of its executable, without a directory. */
  readonly name: string;
}

/** An empty record for Process32FirstW, which wants its own size in the first field. */
export function emptyProcessEntry(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PROCESS_ENTRY.size);
  view(bytes).setUint32(0, PROCESS_ENTRY.size, true);
  return bytes;
}

/** Read one record of a snapshot. */
export function parseProcessEntry(bytes: Uint8Array): Reading<ProcessEntry> {
  if (bytes.length < PROCESS_ENTRY.size) return unknown(`a process entry of ${bytes.length} bytes`);
  const data = view(bytes);
  if (data.getUint32(0, true) !== PROCESS_ENTRY.size) return unknown("a process entry of another layout");
  const name = bytes.subarray(PROCESS_ENTRY.name, PROCESS_ENTRY.name + PROCESS_ENTRY.nameBytes);
  return known({
    pid: data.getUint32(PROCESS_ENTRY.pid, true),
    ppid: data.getUint32(PROCESS_ENTRY.ppid, true),
    name: decodeUntilNul(name),
  });
}

/**
 * A `FILETIME` as a decimal number.
 *
 * @returns 100 ns since 1601; beyond 2^53, so not a number
 */
export function parseFileTime(bytes: Uint8Array): Reading<string> {
  if (bytes.length < 8) return unknown(`a time of ${bytes.length} bytes`);
  const time = view(bytes).getBigUint64(0, true);
  // GetProcessTimes has no time for the idle process; zero would make it the oldest of all.
  return time === 0n ? unknown("no creation time") : known(String(time));
}

/**
 * What GetConsoleProcessList filled.
 *
 * @param count its answer: how many there are, which may be more than fitted; 0 is an error
 */
export function parseProcessList(bytes: Uint8Array, count: number): Reading<readonly number[]> {
  if (count === 0) return unknown("no console");
  if (count * 4 > bytes.length) return unknown(`${count} processes where ${bytes.length >> 2} fit`);
  const data = view(bytes);
  return known(Array.from({ length: count }, (_, at) => data.getUint32(4 * at, true)));
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
