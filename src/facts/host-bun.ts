import type { Host } from "./host.ts";
import { errno, exit, isOpen, lastBytes, ownPid, readLink, readText, realPath, write } from "./libc-bun.ts";
import { start } from "./spawn-bun.ts";
import { statDevice, statOwner, statSize } from "./statx-bun.ts";
import { columnsOf, isTerminal } from "./tty-bun.ts";
import { connectByBun } from "./unix-socket-bun.ts";

/** As much as the kernel hands to a program (ARG_MAX of execve(2) without a raised stack limit). */
const ENVIRONMENT_BYTES = 1 << 21;

/** The fast way, for the compiled binary on Linux. Null where libc cannot be called; the plain way goes without. */
export const bunHost: Host | null = !isOpen ? null : {
  system: "linux",
  get variables() {
    return process.env;
  },
  readText,
  readLink,
  realPath,
  device: statDevice,
  sha256: (text) => Bun.SHA256.hash(text, "hex"),
  start(command, limits) {
    const environment = readText("/proc/self/environ", ENVIRONMENT_BYTES);
    return start(command, limits, environment.ok ? lastBytes() : new Uint8Array());
  },
  connect: (path) => connectByBun(path, errno),
  get pid() {
    return ownPid();
  },
  user: () => process.geteuid?.() ?? -1,
  owner: statOwner,
  fileSize: statSize,
  clock: () => Bun.nanoseconds() / 1e6,
  isTerminal,
  columns: columnsOf,
  write,
  exit,
};
