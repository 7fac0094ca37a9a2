import { printedShortly } from "./cli/short-id.ts";
import { errno, exit, isOpen, ownPid, readLink, readText, realPath, write } from "./facts/libc-bun.ts";
import { connectByBun } from "./facts/unix-socket-bun.ts";

// As `main.ts`, for the binaries of Linux, which Deno could not even read. What is in here is read at every start, so
// it is what the short way takes and nothing else.
const host = {
  readText,
  readLink,
  realPath,
  sha256: (text: string) => Bun.SHA256.hash(text, "hex"),
  connect: (path: string) => connectByBun(path, errno),
  get pid() {
    return ownPid();
  },
  user: () => process.geteuid?.() ?? -1,
  clock: () => Bun.nanoseconds() / 1e6,
  // Milliseconds. Who does not answer at once is asked again, the long way.
  patienceMs: 20,
  write,
};

if (isOpen && printedShortly(host)) exit(0);
void import("./cli/start-linux.ts");
