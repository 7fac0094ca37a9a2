import { known, type Reading, unknown } from "./facts.ts";

/*
 * What is read and written on the way to an ID, by libc: opening it takes about 0.2 ms, a sixth of what loading
 * node:fs takes; an empty program takes 3.
 */
import { cString } from "./c-string.ts";
import { ffi } from "./ffi-bun.ts";

const { ptr, CString } = ffi;

const open = () =>
  ffi.dlopen("libc.so.6", {
    open: { args: ["ptr", "i32"], returns: "i32" },
    read: { args: ["i32", "ptr", "i32"], returns: "i32" },
    write: { args: ["i32", "ptr", "i32"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
    readlink: { args: ["ptr", "ptr", "i32"], returns: "i32" },
    getpid: { args: [], returns: "i32" },
    __errno_location: { args: [], returns: "ptr" },
    _exit: { args: ["i32"], returns: "void" },
  }).symbols;

/**
 * Null where the machine grants no memory that is both written and executed (`ulimit -v`, MemoryDenyWriteExecute of
 * systemd), out of which every call is made.
 */
function opened(): ReturnType<typeof open> | null {
  try {
    return open();
  } catch {
    return null;
  }
}

const opening = opened();
/** Called where there is one alone: see `isOpen`. */
const libc = opening as ReturnType<typeof open>;

const O_RDONLY_CLOEXEC = 0o2000000;
const PATH_MAX = 4096;
/** Bytes that are written by one call: a number that C holds in an int. */
const AT_ONCE = 1 << 30;
/** What was read last, how much of it, and where; it grows to the longest that was read. */
let buffer = new Uint8Array(PATH_MAX);
let address = ptr(buffer);
let filled = 0;

/** Whether there is a libc that can be called; nothing else in here may be without one. */
export const isOpen = opening !== null;

/** Our own PID, as getpid(2) has it: `process` takes the runtime longer to make than all of these calls. */
export const ownPid = (): number => libc.getpid();

/** End this process at once: what the runtime takes down by then, the kernel takes down anyway. */
export const exit = opening?._exit as unknown as (status: number) => never;

/** The errno values that are worth a name in a trace; others are shown as a number. Made when something fails. */
const errnoNames = (): Readonly<Record<number, string>> => ({
  1: "EPERM",
  2: "ENOENT",
  3: "ESRCH",
  4: "EINTR",
  5: "EIO",
  9: "EBADF",
  11: "EAGAIN",
  13: "EACCES",
  20: "ENOTDIR",
  21: "EISDIR",
  22: "EINVAL",
  24: "EMFILE",
  28: "ENOSPC",
  32: "EPIPE",
});

export function errno(): string {
  const location = libc.__errno_location();
  const code = location === null ? 0 : ffi.read.i32(location, 0);
  return errnoNames()[code] ?? `errno ${code}`;
}

/** Where a short text is put for C. */
const room = new Uint8Array(128);

export function readText(path: string, limit: number): Reading<string> {
  const fd = libc.open(cString(path, room), O_RDONLY_CLOEXEC);
  if (fd < 0) return unknown(errno());
  filled = 0;
  try {
    for (let full = true; full && filled < limit;) {
      if (filled === buffer.length) grow();
      const space = (limit < buffer.length ? limit : buffer.length) - filled;
      const got = libc.read(fd, filled === 0 ? buffer : buffer.subarray(filled), space);
      if (got < 0) return unknown(errno());
      filled += got;
      // Files, those of /proc too, fill what they are given, so a short read is the last one.
      full = got === space;
    }
  } finally {
    libc.close(fd);
  }
  return { ok: true, value: filled === 0 ? "" : CString(address, 0, filled) };
}

function grow(): void {
  const larger = new Uint8Array(buffer.length * 4);
  larger.set(buffer);
  buffer = larger;
  address = ptr(buffer);
}

export function readLink(path: string): Reading<string> {
  const length = libc.readlink(cString(path, room), buffer, PATH_MAX);
  if (length < 0) return unknown(errno());
  return { ok: true, value: length === 0 ? "" : CString(address, 0, length) };
}

/** The resolved path of an open file is the link that /proc keeps of it: one symbol less than realpath(3). */
export function realPath(path: string): Reading<string> {
  const O_PATH_CLOEXEC = 0o12000000;
  const fd = libc.open(cString(path, room), O_PATH_CLOEXEC);
  if (fd < 0) return unknown(errno());
  try {
    return readLink(`/proc/self/fd/${fd}`);
  } finally {
    libc.close(fd);
  }
}

/** The very bytes of the file that was read last: they need not be text. */
export const lastBytes = (): Uint8Array<ArrayBuffer> => buffer.slice(0, filled);

export function write(stream: 1 | 2, text: string): Reading<null> {
  const bytes = cString(text, room);
  const length = bytes === room ? text.length : bytes.length - 1;
  for (let done = 0; done < length;) {
    const rest = done === 0 ? bytes : bytes.subarray(done);
    const written = libc.write(stream, rest, length - done < AT_ONCE ? length - done : AT_ONCE);
    if (written >= 0) done += written;
    else {
      const why = errno();
      // A non-blocking pipe whose reader is slow, or a signal: there is nothing to do but to try again.
      if (why === "EAGAIN") Bun.sleepSync(1);
      else if (why !== "EINTR") return unknown(why);
    }
  }
  return known(null);
}
