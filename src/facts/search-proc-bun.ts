import type { Pointer } from "bun:ffi";
import { cString } from "./c-string.ts";
import { ffi, openedOnce } from "./ffi-bun.ts";
import { isAmong, type PidRange } from "./pid-order.ts";
import type { Search, Trace, Traces } from "./traces.ts";

/*
 * A look at every process costs two files of each, so all that is not the kernel's own part of it counts: names stay
 * bytes, paths are built in place and looked up from /proc on. By node:fs and texts it takes two to three times as long.
 */
const open = () =>
  ffi.dlopen("libc.so.6", {
    open: { args: ["ptr", "i32"], returns: "i32" },
    openat: { args: ["i32", "ptr", "i32"], returns: "i32" },
    read: { args: ["i32", "ptr", "i32"], returns: "i32" },
    readlinkat: { args: ["i32", "ptr", "ptr", "i32"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
    // Not every libc has a function for getdents64(2).
    syscall: { args: ["i64", "i64", "ptr", "i64"], returns: "i64" },
  }).symbols;
type Libc = ReturnType<typeof open>;
const opened = openedOnce(open);

const GETDENTS64 = process.arch === "arm64" ? 61 : 217;
const O_CLOEXEC = 0o2000000;
const LISTED_BYTES = 1 << 15;
/** Where an entry of a directory has its length, and where its name begins (getdents64(2)). */
const LENGTH = 16;
const NAME = 19;
const PATH_BYTES = 32;
const PATH_MAX = 4096;
const FIRST_BYTES = 1 << 16;
const MOST_BYTES = 1 << 20;
const [NUL, SLASH, ZERO, NINE] = [0, 47, 48, 57] as const;

/** What is looked for, as bytes, and where the kernel writes. */
interface Look {
  readonly libc: Libc;
  /** The open /proc. */
  readonly proc: number;
  readonly directory: Uint8Array | null;
  readonly marks: Marks | null;
  readonly kernel: ReadonlySet<number>;
  readonly path: Uint8Array;
  readonly link: Uint8Array;
  /** Where those two are: a number is handed on faster than what has to be asked for it. */
  readonly pathAt: Pointer;
  readonly linkAt: Pointer;
}

/** Marks that are looked for. */
interface Marks {
  readonly texts: readonly Uint8Array[];
  readonly marked: PidRange | undefined;
  /** Begins with a NUL, as if another variable stood in front. */
  environment: Buffer;
}

/**
 * Search all processes as `processesAt` does.
 *
 * @returns null where this machine grants no memory to make calls in, or has no /proc
 */
export function searchProc(traces: Traces): Search | null {
  const { directory, marks, marked, kernel = new Set() } = traces;
  const libc = opened();
  if (libc === null) return null;
  const proc = libc.open(cString("/proc"), O_CLOEXEC);
  if (proc < 0) return null;
  const [path, link] = [new Uint8Array(PATH_BYTES), new Uint8Array(PATH_MAX)];
  const look: Look = {
    libc,
    proc,
    directory: directory === null ? null : cString(directory).subarray(0, -1),
    // The first touch of Buffer takes a tenth of the whole look.
    marks: marks.length === 0 ? null : marksOf(marks, marked),
    kernel,
    path,
    link,
    pathAt: ffi.ptr(path),
    linkAt: ffi.ptr(link),
  };
  try {
    return searched(look, traces.namespaces === true ? otherNamespaces(look) : undefined);
  } finally {
    libc.close(proc);
  }
}

const marksOf = (marks: readonly string[], marked: PidRange | undefined): Marks => ({
  // One that ends in `=` is met by any value.
  texts: marks.map((mark) => Buffer.from(`\0${mark}${mark.endsWith("=") ? "" : "\0"}`)),
  marked,
  environment: Buffer.alloc(FIRST_BYTES),
});

function searched(look: Look, others?: OtherNamespaces): Search {
  const found: Trace[] = [];
  eachProcess(look, (digits, pid) => {
    if (look.kernel.has(pid)) return;
    const inside = standsInside(look, digits);
    if (inside || carriesMarks(look, digits, pid)) found.push({ pid, inside });
    others?.note(digits, pid);
  });
  return { found, namespaces: others?.pids() ?? [] };
}

/** @param each is called with the length of the PID, which is in `path`, and the PID */
function eachProcess({ libc, proc, path }: Look, each: (digits: number, pid: number) => void): void {
  const list = new Uint8Array(LISTED_BYTES);
  for (;;) {
    const got = Number(libc.syscall(GETDENTS64, proc, list, LISTED_BYTES));
    if (got <= 0) return;
    for (let at = 0; at < got; at += (list[at + LENGTH] ?? 0) | (list[at + LENGTH + 1] ?? 0) << 8) {
      let pid = 0;
      let digits = 0;
      for (
        let byte = list[at + NAME] ?? NUL;
        byte >= ZERO && byte <= NINE;
        byte = list[at + NAME + digits] ?? NUL
      ) {
        path[digits++] = byte;
        pid = pid * 10 + byte - ZERO;
      }
      // All other names begin with a letter.
      if (digits > 0) each(digits, pid);
    }
  }
}

const MOUNT_NAMESPACE = cString("/ns/mnt");
/** Of four bytes each, that its name has: `mnt:[4026531841]`. */
const NAMESPACE_WORDS = 4;

/** Notes a process of each mount namespace that is not ours. */
interface OtherNamespaces {
  readonly note: (digits: number, pid: number) => void;
  readonly pids: () => number[];
}

function otherNamespaces({ libc, proc, path, link, pathAt, linkAt }: Look): OtherNamespaces {
  const words = new Int32Array(link.buffer, 0, NAMESPACE_WORDS);
  const own = libc.readlinkat(proc, cString("self/ns/mnt"), link, PATH_MAX);
  const known = words.slice();
  const seen = new Map<string, number>();
  return {
    note(digits, pid) {
      path.set(MOUNT_NAMESPACE, digits);
      const length = libc.readlinkat(proc, pathAt, linkAt, PATH_MAX);
      if (length <= 0 || length === own && isSame(words, known)) return;
      const name = Buffer.from(link.subarray(0, length)).toString("latin1");
      if (!seen.has(name)) seen.set(name, pid);
    },
    pids: () => [...seen.values()],
  };
}

/** From behind, where the numbers differ. */
function isSame(words: Int32Array, known: Int32Array): boolean {
  for (let at = NAMESPACE_WORDS - 1; at >= 0; at--) if (words[at] !== known[at]) return false;
  return true;
}

const CWD = cString("/cwd");
const ENVIRON = cString("/environ");

function standsInside({ libc, proc, directory, path, link, pathAt, linkAt }: Look, digits: number): boolean {
  if (directory === null) return false;
  path.set(CWD, digits);
  const length = libc.readlinkat(proc, pathAt, linkAt, PATH_MAX);
  const own = directory.length;
  if (length < own || length > own && link[own] !== SLASH) return false;
  for (let at = own - 1; at >= 0; at--) if (link[at] !== directory[at]) return false;
  return true;
}

function carriesMarks({ libc, proc, marks, path }: Look, digits: number, pid: number): boolean {
  if (marks === null || marks.marked !== undefined && !isAmong(marks.marked, pid)) return false;
  path.set(ENVIRON, digits);
  const file = libc.openat(proc, path, O_CLOEXEC);
  if (file < 0) return false;
  const length = readEnvironment(libc, marks, file);
  libc.close(file);
  const text = marks.environment.subarray(0, length);
  return marks.texts.every((mark) => text.includes(mark));
}

/** @returns how many bytes are there, the NUL in front included */
function readEnvironment(libc: Look["libc"], marks: Marks, file: number): number {
  for (let filled = 1;;) {
    const { environment } = marks;
    const got = libc.read(file, environment.subarray(filled), environment.length - filled);
    if (got > 0) filled += got;
    if (got <= 0 || filled < environment.length || filled >= MOST_BYTES) return filled;
    marks.environment = Buffer.concat([environment, Buffer.alloc(environment.length * 3)]);
  }
}
