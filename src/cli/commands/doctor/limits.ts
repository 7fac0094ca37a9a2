import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { quotePath } from "../../../errors/errors.ts";
import type { Host } from "../../../facts/host.ts";
import * as files from "../../../store/files.ts";
import type { Store } from "../../../store/open.ts";
import type { Context } from "../../command.ts";
import { type Finding, finding } from "./finding.ts";

/** What the machine denies this process, so that some commands cannot do here what they are for. */
export const limitFindings = async ({ host }: Context): Promise<Finding[]> => [
  ...await nativeFindings(host),
  ...threadFindings(host),
  ...processFindings(host),
  ...descriptorFindings(host),
];

async function nativeFindings(host: Host): Promise<Finding[]> {
  if (host.system !== "linux" || !("Bun" in globalThis)) return [];
  const { bunHost } = await import("../../../facts/host-bun.ts");
  if (bunHost !== null) return [];
  return [finding(
    "no_native_calls",
    "No memory that is both written and executed is granted here: what reads works, what writes or starts does not",
    `Raise "ulimit -v" above 4000000, or lift MemoryDenyWriteExecute or BUN_JSC_useJIT=0`,
    true,
  )];
}

function threadFindings({ threadless }: Host): Finding[] {
  if (threadless !== true) return [];
  return [finding(
    "no_threads",
    `No thread is granted here: "berth lua" and "berth mcp" do not work, everything else does`,
    `End programs, or raise what limits them: "ulimit -u", pids.max, a seccomp filter`,
    true,
  )];
}

function processFindings(host: Host): Finding[] {
  if (host.system !== "linux") return [];
  const started = host.start(["/bin/sh", "-c", ":"], { timeoutMs: 2000, maxBytes: 1 })();
  if (started.ok) return [];
  return [finding(
    "no_processes",
    `No process can be started here (${started.why}): "hold", "run" and "new" do not work, nor does what asks git`,
    `End programs, or raise what limits them: "ulimit -u", pids.max, a seccomp filter`,
    true,
  )];
}

/** What a write and a start take together, and some to spare. */
const DESCRIPTORS = 32;

function descriptorFindings(host: Host): Finding[] {
  const limits = host.readText("/proc/self/limits", 4096);
  const most = limits.ok ? /^Max open files\s+(\d+)/m.exec(limits.value)?.[1] : undefined;
  if (most === undefined || Number(most) >= DESCRIPTORS) return [];
  return [finding(
    "few_descriptors",
    `Only ${most} files may be open at once`,
    `Type "ulimit -n 256"`,
    false,
  )];
}

/** Room that the write of an ordinary session takes, with its event and its lock. */
const ROOM_BYTES = 16 * 1024;

/** Whether the store can be written to. Nothing is made to find out. */
export function writeFindings(store: Store): Finding[] {
  const root = store.backend.locate("").replace(/[\\/]$/, "");
  if (files.lstat(root) === null) return unmadeFindings(root);
  const closed = [root, store.backend.locate("sessions")].find((path) =>
    files.lstat(path) !== null && !files.mayWrite(path)
  );
  if (closed !== undefined) {
    const message = `${quotePath(closed)} cannot be written to: what reads works, what writes does not`;
    const hint = "Make it writable, or set BERTH_HOME to a directory that is";
    return [finding("store_unwritable", message, hint, true)];
  }
  const free = freeBytes(root);
  if (free === null || free >= ROOM_BYTES) return [];
  const message = `There is no room left on the file system of ${quotePath(root)}`;
  return [finding("store_full", message, "Make room there; nothing that was kept is lost", true)];
}

/** The first write makes the store, in the nearest directory above it that is there. */
function unmadeFindings(root: string): Finding[] {
  let above = dirname(root);
  while (files.lstat(above) === null && above !== dirname(above)) above = dirname(above);
  if (files.mayWrite(above)) return [];
  const message = `${quotePath(root)} is not there and cannot be made: ${
    quotePath(above)
  } cannot be written to`;
  const hint = "Set BERTH_HOME to a directory that can be made or written to";
  return [finding("store_unwritable", message, hint, true)];
}

/** Null where the file system does not tell. */
function freeBytes(path: string): number | null {
  try {
    const { bavail, bsize, blocks } = statfsSync(path);
    return blocks === 0 ? null : bavail * bsize;
  } catch {
    return null;
  }
}
