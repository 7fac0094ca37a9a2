import process from "node:process";
import { known, type Reading, unknown } from "./facts.ts";
import { openLibrary } from "./native.ts";

const LIBSYSTEM = "/usr/lib/libSystem.B.dylib";

/** `struct statfs` with 64-bit inodes (sys/mount.h): its size, and where `f_mntonname` stands. */
export const STATFS = { bytes: 2168, mountedOn: 88, pathBytes: 1024 } as const;

/** Take what the kernel knows, without asking file servers that may not answer (getfsstat(2)). */
const MNT_NOWAIT = 2;
const FIRST_ROOM = 64;
const MOST = 1 << 14;

/** On x64 the plain name is that of a struct with 32-bit inodes. */
const NAME = process.arch === "x64" ? "getfsstat$INODE64" : "getfsstat";

/** The mount points of this machine. @param library what the call is made to; the test has one that stands in for it */
export function macosMounts(library = LIBSYSTEM): Reading<string[]> {
  const { [NAME]: getfsstat } = openLibrary(library, {
    [NAME]: { args: ["bytes", "i32", "i32"], returns: "i32" },
  });
  for (let room = FIRST_ROOM; room <= MOST; room *= 4) {
    const table = new Uint8Array(room * STATFS.bytes);
    const count = Number(getfsstat?.(table, table.length, MNT_NOWAIT) ?? -1);
    if (count < 0) return unknown("getfsstat failed");
    // A full table may not be all of them.
    if (count < room) return known(mountPointsIn(table, count));
  }
  return unknown("more file systems than anybody has");
}

/** What a table of `struct statfs` says. */
export function mountPointsIn(table: Uint8Array, count: number): string[] {
  return Array.from({ length: count }, (_, at) => {
    const start = at * STATFS.bytes + STATFS.mountedOn;
    const field = table.subarray(start, start + STATFS.pathBytes);
    const end = field.indexOf(0);
    return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
  });
}
