import type { Pointer } from "bun:ffi";
import { cString } from "./c-string.ts";
import { ffi, openedOnce } from "./ffi-bun.ts";
import type { Host } from "./host.ts";
import { isAmong, type PidRange } from "./pid-order.ts";
import type { Search, Trace, Traces } from "./traces.ts";

/*
 * A look at every process costs two files of each, so all that is not the kernel's own part of it counts: names stay
 * bytes, paths are built in place and looked up from /proc on. By node:fs and texts it takes two to three times as long.
 */
const open = () =>
  ffi.dlopen("libc.so.6", {
    open: { args: ["ptr", "i32"], returns: "i32" },
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
const MOST_BYTES = 1 << 20;
const [NUL, SLASH, ZERO, NINE] = [0, 47, 48, 57] as const;

/** What is looked for, as bytes, and where the kernel writes. */
interface Look {
  readonly host: Host;
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
  readonly texts: readonly { readonly first: string; readonly later: string }[];
  readonly marked: PidRange | undefined;
}

/**
 * Search all processes as `processesAt` does.
 *
 * @returns null where this machine grants no memory to make calls in, or has no /proc
 */
export function searchProc(host: Host, traces: Traces): Search | null {
  const { directory, marks: words, marked, kernel = new Set() } = traces;
  const libc = opened();
  if (libc === null) return null;
  const proc = libc.open(cString("/proc"), O_CLOEXEC);
  if (proc < 0) return null;
  const [path, link] = [new Uint8Array(PATH_BYTES), new Uint8Array(PATH_MAX)];
  const look: Look = {
    host,
    libc,
    proc,
    directory: directory === null ? null : cString(directory).subarray(0, -1),
    marks: words.length === 0 ? null : { texts: words.map(textsOf), marked },
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

/** Here calls count: 500 processes are a thousand of them. */
function searched(look: Look, others?: OtherNamespaces): Search {
  const { libc, proc, marks, kernel, path, pathAt, linkAt } = look;
  const found: Trace[] = [];
  const shortest = look.directory?.length ?? Infinity;
  const list = new Uint8Array(LISTED_BYTES);
  for (let got = 0; (got = Number(libc.syscall(GETDENTS64, proc, list, LISTED_BYTES))) > 0;) {
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
      if (digits === 0 || kernel.has(pid)) continue;
      path.set(CWD, digits);
      const length = shortest === Infinity ? 0 : libc.readlinkat(proc, pathAt, linkAt, PATH_MAX);
      const inside = length >= shortest && isInside(look, length);
      if (inside || marks !== null && carriesMarks(look.host, marks, pid)) found.push({ pid, inside });
      if (others === undefined) continue;
      path.set(MOUNT_NAMESPACE, digits);
      others.note(libc.readlinkat(proc, pathAt, linkAt, PATH_MAX), pid);
    }
  }
  return { found, namespaces: others?.pids() ?? [] };
}

/** @param length of what is in `link` */
function isInside({ directory, link }: Look, length: number): boolean {
  const own = directory?.length ?? 0;
  if (length > own && link[own] !== SLASH) return false;
  for (let at = own - 1; at >= 0; at--) if (link[at] !== directory?.[at]) return false;
  return true;
}

const CWD = cString("/cwd");
const MOUNT_NAMESPACE = cString("/ns/mnt");
/** Of four bytes each, that its name has: `mnt:[4026531841]`. */
const NAMESPACE_WORDS = 4;

/** Notes a process of each mount namespace that is not ours. */
interface OtherNamespaces {
  /** @param length of the name of its namespace, which is in `link` */
  readonly note: (length: number, pid: number) => void;
  readonly pids: () => number[];
}

function otherNamespaces({ libc, proc, link }: Look): OtherNamespaces {
  const words = new Int32Array(link.buffer, 0, NAMESPACE_WORDS);
  const own = libc.readlinkat(proc, cString("self/ns/mnt"), link, PATH_MAX);
  const known = words.slice();
  const seen = new Map<string, number>();
  return {
    note(length, pid) {
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

/** As text: the first touch of Buffer takes a twentieth of the whole look. */
function carriesMarks(host: Host, { texts, marked }: Marks, pid: number): boolean {
  if (marked !== undefined && !isAmong(marked, pid)) return false;
  const environment = host.readText(`/proc/${pid}/environ`, MOST_BYTES);
  if (!environment.ok) return false;
  const text = environment.value;
  return texts.every(({ first, later }) => text.includes(later) || text.startsWith(first));
}

/** How a mark stands in an environment. One that ends in `=` is met by any value. */
function textsOf(mark: string) {
  const first = mark.endsWith("=") ? mark : `${mark}\0`;
  return { first, later: `\0${first}` };
}
