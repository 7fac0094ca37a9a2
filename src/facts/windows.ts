import { type Facts, known, type Reading, unknown, type WindowsFacts } from "./facts.ts";
import type { Host } from "./host.ts";
import { memory } from "./once.ts";
import { pickVariables } from "./variables.ts";
import { openVisitor, readConsole } from "./windows-console.ts";
import { type Kernel, openKernel, openRegistry } from "./windows-native.ts";
import { readArguments, readProcess, takeSnapshot } from "./windows-processes.ts";
import { findMsysPty, readStreams } from "./windows-streams.ts";
import { decodeUtf16, encodeUtf16, untilNul } from "./utf16.ts";

/** Read the Windows machine that we run on. Everything is read on first use, once. */
export function windowsFacts(host: Host): Facts {
  const once = memory();
  const kernel = () => once("kernel", openKernel);
  const table = () => once("snapshot", () => takeSnapshot(kernel()));
  const process = (pid: number) =>
    once(`process ${pid}`, () => {
      const snapshot = table();
      return snapshot.ok ? readProcess(kernel(), snapshot.value, pid) : snapshot;
    });

  return {
    system: "win32",
    get self() {
      return once("self", () => kernel().GetCurrentProcessId());
    },
    get variables() {
      return once("variables", () => pickVariables((name) => host.variables[name]));
    },
    get boot() {
      return once("boot", readMachineGuid);
    },
    pidNamespace: known(""),
    get streams() {
      return known(once("streams", () => readStreams(kernel())));
    },
    process,
    // Nothing on Windows takes variables away from its child as sudo does, so no ancestor knows more than we.
    environment: () => unknown("not read on Windows"),
    arguments: (pid) => once(`arguments ${pid}`, () => readArguments(kernel(), pid)),
    tmux: () => unknown("there is no tmux on Windows"),
    get windows() {
      return once("windows", () => consoles(kernel(), (pid) => parentOf(process(pid))));
    },
  };
}

const parentOf = (process: Reading<{ ppid: number }>): number => process.ok ? process.value.ppid : 0;

function consoles(kernel: Kernel, parent: (pid: number) => number): WindowsFacts {
  const once = memory();
  const own = () => once("own", () => readConsole(kernel));
  const visitor = () =>
    once("visitor", () => openVisitor(kernel, own(), parent(kernel.GetCurrentProcessId())));
  return {
    get console() {
      return own();
    },
    get leaving() {
      return visitor().allowed;
    },
    consoleOf: (pid) => once(`console of ${pid}`, () => visitor().visit(pid)),
    get pty() {
      return once("pty", () => findMsysPty(readStreams(kernel))?.pipe ?? null);
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
  const guid = untilNul(decodeUtf16(bytes)).trim();
  return guid === "" ? unknown("MachineGuid is empty") : known(guid);
}
