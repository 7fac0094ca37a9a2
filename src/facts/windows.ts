import { type Facts, known, type Reading, unknown, type WindowsFacts } from "./facts.ts";
import type { Host } from "./host.ts";
import { asking, memory } from "./once.ts";
import { pickVariables } from "./variables.ts";
import { openVisitor, readConsole } from "./windows-console.ts";
import { type Kernel, openKernel, openRegistry } from "./windows-native.ts";
import { readArguments, readProcess, takeSnapshot } from "./windows-processes.ts";
import { findMsysPty, readStreams } from "./windows-streams.ts";
import { decodeUntilNul, encodeUtf16 } from "./utf16.ts";
import process from "node:process";

/** Read the Windows machine that we run on. Everything is read on first use, once. */
export function windowsFacts(host: Host): Facts {
  const once = memory();
  const ask = asking();
  const kernel = () => once("kernel", openKernel);
  const table = () => ask("snapshot", () => takeSnapshot(kernel()));
  const readOne = (pid: number) =>
    ask(`process ${pid}`, () => {
      const snapshot = table();
      return snapshot.ok ? readProcess(kernel(), snapshot.value, pid) : snapshot;
    });

  return {
    system: "win32",
    self: process.pid,
    get variables() {
      return once("variables", () => pickVariables((name) => host.variables[name]));
    },
    get machineId() {
      return ask("boot", readMachineGuid);
    },
    get boot() {
      return ask("boot", readMachineGuid);
    },
    pidNamespace: known(""),
    get streams() {
      return ask("streams", () => known(readStreams(kernel())));
    },
    process: readOne,
    // Nothing on Windows takes variables away from its child as sudo does, so no ancestor knows more than we.
    environment: () => unknown("not read on Windows"),
    arguments: (pid) => ask(`arguments ${pid}`, () => readArguments(kernel(), pid)),
    executable: () => unknown("not read on Windows"),
    supervised: () => unknown("not read on Windows"),
    user: () => unknown("not read on Windows"),
    cgroup: () => unknown("Windows has no control groups"),
    terminal: () => unknown("Windows has no terminal devices"),
    tmux: () => unknown("there is no tmux on Windows"),
    get windows() {
      return once("windows", () => consoles(kernel, () => parentOf(readOne(process.pid))));
    },
  };
}

const parentOf = (reading: Reading<{ ppid: number }>): number => reading.ok ? reading.value.ppid : 0;

function consoles(kernel: () => Kernel, parent: () => number): WindowsFacts {
  const once = memory();
  const ask = asking();
  const own = () => ask("own", () => readConsole(kernel()));
  const visitor = () => once("visitor", () => openVisitor(kernel(), own(), parent()));
  return {
    get console() {
      return own();
    },
    get leaving() {
      return ask("leaving", () => visitor().allowed);
    },
    consoleOf: (pid) => ask(`console of ${pid}`, () => visitor().visit(pid)),
    get pty() {
      const pty = ask("pty", () => known(findMsysPty(kernel())));
      return pty.ok && pty.value !== null ? pty.value.pipe : null;
    },
  };
}

/** `HKEY_LOCAL_MACHINE`, extended by its sign to a pointer's width. */
const HKEY_LOCAL_MACHINE = 0xffff_ffff_8000_0002n;
/** A text, from the 64-bit view: a 32-bit program would be shown another part of the registry. */
const RRF_RT_REG_SZ = 0x2;
const RRF_SUBKEY_WOW6464KEY = 0x10000;
const GUID_BYTES = 256;

/**
 * The number that Windows gives an installation. It outlives a reboot, so it does not keep boots apart: creation
 * times do, being dates.
 */
function readMachineGuid(): Reading<string> {
  const bytes = new Uint8Array(GUID_BYTES);
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, GUID_BYTES, true);
  const failed = openRegistry().RegGetValueW(
    HKEY_LOCAL_MACHINE,
    encodeUtf16("SOFTWARE\\Microsoft\\Cryptography"),
    encodeUtf16("MachineGuid"),
    RRF_RT_REG_SZ | RRF_SUBKEY_WOW6464KEY,
    null,
    bytes,
    size,
  );
  if (failed !== 0) return unknown(`RegGetValueW of MachineGuid: error ${failed}`);
  const guid = decodeUntilNul(bytes).trim();
  return guid === "" ? unknown("MachineGuid is empty") : known(guid);
}
