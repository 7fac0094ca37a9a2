import process from "node:process";
import { openLibrary } from "../../facts/native.ts";
import type { RunMark } from "../../facts/facts.ts";
import { MARK_DESCRIPTOR, markName } from "../../facts/run-mark.ts";

const MFD_CLOEXEC = 1;
const F_DUPFD_CLOEXEC = 1030;

/** Let whoever is started below this process see which run it supervises. Only on Linux, and only if it may be. */
export function markRun(mark: RunMark): void {
  if (process.platform !== "linux") return;
  try {
    const libc = openLibrary("libc.so.6", {
      memfd_create: { args: ["bytes", "u32"], returns: "i32" },
      fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
      close: { args: ["i32"], returns: "i32" },
    });
    const fd = libc.memfd_create(new TextEncoder().encode(`${markName(mark)}\0`), MFD_CLOEXEC);
    if (fd < 0) return;
    libc.fcntl(fd, F_DUPFD_CLOEXEC, MARK_DESCRIPTOR);
    libc.close(fd);
  } catch {
    // Without the mark a run is known by its variables alone.
  }
}
