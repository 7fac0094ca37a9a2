import { known, type Process, type Reading, unknown } from "./facts.ts";
import { INVALID_HANDLE, isHandle, type Kernel, openMemory } from "./windows-native.ts";
import {
  BASIC_INFORMATION,
  PARAMETERS_COMMAND_LINE,
  parseAddress,
  parseCommandLine,
  parseUnicodeString,
  PEB_PARAMETERS,
  UNICODE_STRING,
} from "./windows-command-line.ts";
import { emptyProcessEntry, parseFileTime, parseProcessEntry, type ProcessEntry } from "./windows-records.ts";

const TH32CS_SNAPPROCESS = 0x2;
const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
const PROCESS_QUERY_INFORMATION = 0x400;
const PROCESS_VM_READ = 0x10;
const PROCESS_BASIC_INFORMATION = 0;

/** More than any table holds; a table without an end stops here. */
const MAX_PROCESSES = 1 << 17;

/** Every process, by PID, as of one moment. */
export function takeSnapshot(kernel: Kernel): Reading<ReadonlyMap<number, ProcessEntry>> {
  const snapshot = kernel.CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  if (snapshot === INVALID_HANDLE) return unknown("CreateToolhelp32Snapshot failed");
  const table = new Map<number, ProcessEntry>();
  const bytes = emptyProcessEntry();
  try {
    let more = kernel.Process32FirstW(snapshot, bytes);
    for (; more !== 0 && table.size < MAX_PROCESSES; more = kernel.Process32NextW(snapshot, bytes)) {
      const entry = parseProcessEntry(bytes);
      if (!entry.ok) return entry;
      table.set(entry.value.pid, entry.value);
    }
  } finally {
    kernel.CloseHandle(snapshot);
  }
  return known(table);
}

/** A process of the snapshot with the time it was created at, which is what tells it from a later one of its PID. */
export function readProcess(
  kernel: Kernel,
  table: ReadonlyMap<number, ProcessEntry>,
  pid: number,
): Reading<Process> {
  const entry = table.get(pid);
  if (entry === undefined) return unknown("no such process: it has ended");
  const start = withProcess(
    kernel,
    PROCESS_QUERY_LIMITED_INFORMATION,
    pid,
    (handle) => creationTime(kernel, handle),
  );
  return start.ok ? known({ ...entry, sid: 0, tty: null, start: start.value }) : start;
}

function creationTime(kernel: Kernel, handle: bigint): Reading<string> {
  const times = Array.from({ length: 4 }, () => new Uint8Array(8));
  const [created = null, exited = null, inKernel = null, inUser = null] = times;
  if (kernel.GetProcessTimes(handle, created, exited, inKernel, inUser) === 0) {
    return unknown("GetProcessTimes failed");
  }
  return created === null ? unknown("no creation time") : parseFileTime(created);
}

/** The arguments of another process, read where it keeps them itself. */
export function readArguments(kernel: Kernel, pid: number): Reading<readonly string[]> {
  return withProcess(kernel, PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, pid, (handle) => {
    const line = readCommandLine(openMemory(), handle);
    return line.ok ? known(parseCommandLine(line.value)) : line;
  });
}

type Memory = ReturnType<typeof openMemory>;

function readCommandLine(memory: Memory, handle: bigint): Reading<Uint8Array> {
  const basic = new Uint8Array(BASIC_INFORMATION.size);
  const status = memory.NtQueryInformationProcess(
    handle,
    PROCESS_BASIC_INFORMATION,
    basic,
    basic.length,
    null,
  );
  if (status !== 0) return unknown(`NtQueryInformationProcess: status 0x${status.toString(16)}`);
  const peb = parseAddress(basic, BASIC_INFORMATION.peb);
  if (!peb.ok) return peb;
  const parameters = readPointer(memory, handle, peb.value + BigInt(PEB_PARAMETERS));
  if (!parameters.ok) return parameters;
  const record = readMemory(
    memory,
    handle,
    parameters.value + BigInt(PARAMETERS_COMMAND_LINE),
    UNICODE_STRING.size,
  );
  if (!record.ok) return record;
  const text = parseUnicodeString(record.value);
  return text.ok ? readMemory(memory, handle, text.value.address, text.value.length) : text;
}

function readPointer(memory: Memory, handle: bigint, address: bigint): Reading<bigint> {
  const bytes = readMemory(memory, handle, address, 8);
  return bytes.ok ? parseAddress(bytes.value, 0) : bytes;
}

function readMemory(memory: Memory, handle: bigint, address: bigint, length: number): Reading<Uint8Array> {
  const bytes = new Uint8Array(length);
  if (length === 0) return known(bytes);
  // Without a place for the count the call succeeds only when all of it could be read.
  const done = memory.ReadProcessMemory(handle, address, bytes, BigInt(length), null);
  return done === 0 ? unknown(`ReadProcessMemory of ${length} bytes failed`) : known(bytes);
}

function withProcess<T>(
  kernel: Kernel,
  access: number,
  pid: number,
  use: (handle: bigint) => Reading<T>,
): Reading<T> {
  const handle = kernel.OpenProcess(access, 0, pid);
  if (!isHandle(handle)) return unknown("the process may not be opened: another user's, or elevated");
  try {
    return use(handle);
  } finally {
    kernel.CloseHandle(handle);
  }
}
