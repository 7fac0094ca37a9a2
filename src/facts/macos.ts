import {
  type Facts,
  known,
  type Process,
  type Reading,
  type Streams,
  unknown,
  type Variable,
} from "./facts.ts";
import type { Host } from "./host.ts";
import { KINFO_PROC, parseKinfoProc, parseProcArgs, type StartedWith, ttyPath } from "./macos-records.ts";
import { openLibrary } from "./native.ts";
import { asking, memory } from "./once.ts";
import { askTmux } from "./tmux.ts";
import { pickVariables } from "./variables.ts";
import { fstatSync } from "node:fs";
import process from "node:process";

const LIBSYSTEM = "/usr/lib/libSystem.B.dylib";

/** Names of sys/sysctl.h. */
const CTL_KERN = 1;
const KERN_PROC = 14;
const KERN_PROC_PID = 1;
const KERN_PROCARGS2 = 49;
/** `ARG_MAX` of sys/syslimits.h: what arguments and environment have together at most. */
const ARG_MAX = 1 << 20;

const openSystem = (library: string) =>
  openLibrary(library, {
    sysctl: { args: ["bytes", "u32", "bytes", "bytes", "bytes", "u64"], returns: "i32" },
    sysctlbyname: { args: ["bytes", "bytes", "bytes", "bytes", "u64"], returns: "i32" },
    getsid: { args: ["i32"], returns: "i32" },
  });

type System = ReturnType<typeof openSystem>;

/**
 * Read the macOS machine that we run on. Everything is read on first use, once.
 *
 * @param library what the calls are made to; the tests have one that stands in for the system's
 */
export function macosFacts(host: Host, library = LIBSYSTEM): Facts {
  const once = memory();
  const ask = asking();
  const system = () => once("system", () => openSystem(library));
  const started = (pid: number) => ask(`started ${pid}`, () => readStartedWith(system(), pid));

  return {
    system: "darwin",
    self: process.pid,
    get variables() {
      return once("variables", () => pickVariables((name) => host.variables[name]));
    },
    get boot() {
      return ask("boot", () => readName(system(), "kern.bootsessionuuid"));
    },
    get machineId() {
      return ask("machine", () => readName(system(), "kern.uuid"));
    },
    pidNamespace: known(""),
    get streams() {
      return ask("streams", () => known(readStreams()));
    },
    process: (pid) => ask(`process ${pid}`, () => readProcess(system(), pid)),
    environment(pid) {
      const record = started(pid);
      if (!record.ok) return record;
      const value = (name: Variable) =>
        record.value.environment.find((entry) => entry.startsWith(`${name}=`));
      return known(pickVariables((name) => value(name)?.slice(name.length + 1)));
    },
    arguments(pid) {
      const record = started(pid);
      return record.ok ? known(record.value.arguments) : record;
    },
    executable: () => unknown("not read on macOS"),
    supervised: () => unknown("not read on macOS"),
    user: () => unknown("not read on macOS"),
    cgroup: () => unknown("macOS has no control groups"),
    terminal: () => unknown("macOS has no PID namespaces"),
    tmux: (query) => once(`tmux ${query.target} ${query.socket}`, () => askTmux(host, query)()),
  };
}

/** New at every boot. The plain boot time would change whenever the clock is set. */
function readName(system: System, name: string): Reading<string> {
  const answer = fill(
    64,
    (bytes, size) => system.sysctlbyname(cString(name), bytes, size, null, 0n),
  );
  if (!answer.ok) return answer;
  const text = new TextDecoder().decode(answer.value).replace(/\0.*$/s, "").trim();
  return text === "" ? unknown(`${name} is empty`) : known(text);
}

/** By sysctl and not by proc_pidinfo, which tells nothing of other users' processes: login(1) runs as root. */
function readProcess(system: System, pid: number): Reading<Process> {
  const record = fill(
    KINFO_PROC.size,
    (bytes, size) => system.sysctl(mib(KERN_PROC, KERN_PROC_PID, pid), 4, bytes, size, null, 0n),
  );
  if (!record.ok) return record;
  const found = parseKinfoProc(record.value);
  // getsid answers −1 for a process that ended meanwhile; 0 is "not to be seen", as in Linux's table.
  return found.ok ? known({ ...found.value, sid: Math.max(0, system.getsid(pid)) }) : found;
}

function readStartedWith(system: System, pid: number): Reading<StartedWith> {
  const record = fill(
    ARG_MAX,
    (bytes, size) => system.sysctl(mib(KERN_PROCARGS2, pid), 3, bytes, size, null, 0n),
  );
  return record.ok ? parseProcArgs(record.value) : record;
}

/** @param call a sysctl that fills the buffer and writes how much of it into the size */
function fill(
  room: number,
  call: (bytes: Uint8Array<ArrayBuffer>, size: Uint8Array<ArrayBuffer>) => number,
): Reading<Uint8Array> {
  const bytes = new Uint8Array(room);
  const size = new Uint8Array(8);
  const length = new DataView(size.buffer);
  length.setBigUint64(0, BigInt(room), true);
  if (call(bytes, size) !== 0) return unknown("sysctl failed: no such process, or another user's");
  return known(bytes.subarray(0, Math.min(room, Number(length.getBigUint64(0, true)))));
}

function mib(...names: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Int32Array([CTL_KERN, ...names]).buffer);
}

const cString = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(`${text}\0`);

function readStreams(): Streams {
  const [stdin = "closed", stdout = "closed", stderr = "closed"] = [0, 1, 2].map(describe);
  return [stdin, stdout, stderr];
}

function describe(fd: number): string {
  try {
    const stat = fstatSync(fd);
    if (stat.isCharacterDevice()) return ttyPath(stat.rdev | 0) ?? "device";
    return stat.isFIFO() ? "pipe" : stat.isSocket() ? "socket" : "file";
  } catch {
    return "closed";
  }
}
