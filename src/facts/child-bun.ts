import process from "node:process";
import { cString } from "./c-string.ts";
import { ffi, openedOnce } from "./ffi-bun.ts";
import { pointersTo } from "./spawn-bun.ts";

/*
 * A program that runs beside others and of which all is wanted: what it printed, what it said, how it ended.
 * `Bun.spawnSync` takes two milliseconds more, and one of them after the other.
 */
const open = () =>
  ffi.dlopen("libc.so.6", {
    pipe2: { args: ["ptr", "i32"], returns: "i32" },
    posix_spawnp: { args: ["ptr", "ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
    posix_spawn_file_actions_init: { args: ["ptr"], returns: "i32" },
    posix_spawn_file_actions_addopen: { args: ["ptr", "i32", "ptr", "i32", "u32"], returns: "i32" },
    posix_spawn_file_actions_adddup2: { args: ["ptr", "i32", "i32"], returns: "i32" },
    posix_spawn_file_actions_destroy: { args: ["ptr"], returns: "i32" },
    posix_spawnattr_init: { args: ["ptr"], returns: "i32" },
    posix_spawnattr_setflags: { args: ["ptr", "i32"], returns: "i32" },
    posix_spawnattr_setsigdefault: { args: ["ptr", "ptr"], returns: "i32" },
    poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
    read: { args: ["i32", "ptr", "i32"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
    waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
    kill: { args: ["i32", "i32"], returns: "i32" },
    sigaction: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  }).symbols;
type Libc = ReturnType<typeof open>;
const opened = openedOnce(open);

const O_CLOEXEC = 0o2000000;
const O_RDWR = 2;
const WNOHANG = 1;
const POLLIN = 1;
const SETSIGDEF = 4;
/** The runtime ignores SIGPIPE, and what is ignored stays so in a child; whatever else is was ignored by our caller. */
const SIGPIPE = 13;
const SIGCHLD = 17;
const SIGKILL = 9;
const SIG_IGN = 1;
const ENOENT = 2;
/** More than glibc and musl need for what they hand around: 80, 336 and 128 bytes. */
const FILE_ACTIONS_BYTES = 256;
const ATTRIBUTES_BYTES = 512;
const SIGSET_BYTES = 128;
/** The handler, a pointer, comes first (sigaction(2)). */
const SIGACTION_BYTES = 256;
const CHUNK_BYTES = 1 << 16;
/** Called every so often while it is waited for, with the milliseconds by now; where it throws nobody waits on. */
export type Waiting = (ms: number) => void;

/** How long who has ended may have left its streams to a child that goes on, before they are closed on it. */
const LEFT_MS = 100;

/** How a program ended. */
export interface EndedProgram {
  /** Exit status; null where a signal ended it. */
  readonly status: number | null;
  readonly out: Uint8Array;
  readonly err: Uint8Array;
}

/** A program at work. */
export interface BegunProgram {
  /** Give it its input, which it has to read before it prints much, and wait for its end; to be called once. */
  (waiting?: Waiting, input?: Uint8Array): EndedProgram;
  /** End it instead: nobody wants to hear of it any more. */
  readonly drop: () => void;
}

/**
 * Start a program.
 *
 * @param environment as /proc/<pid>/environ has one: `NAME=value`, each with a NUL behind it
 * @param takesInput whether its input comes later; without, it has none
 * @returns null where this machine can start none this way
 * @throws Error with `code` ENOENT where there is no such program
 */
export function begin(
  command: readonly string[],
  environment: Uint8Array,
  takesInput = false,
): BegunProgram | null {
  const libc = opened();
  // A NUL would make two words of one.
  if (libc === null || command.some((word) => word.includes("\0"))) return null;
  heedChildren(libc);
  const pipes = openPipes(libc, takesInput ? 3 : 2);
  if (pipes === null) return null;
  const [out = -1, inner = -1, err = -1, innerErr = -1, innerIn = -1, input = -1] = pipes;
  const { pid, failure } = spawn(libc, command, environment, [innerIn, inner, innerErr]);
  closeAll(libc, [inner, innerErr, ...takesInput ? [innerIn] : []]);
  if (failure === 0) {
    const end = (waiting?: Waiting, bytes?: Uint8Array) => {
      if (takesInput) give(libc, input, bytes);
      return ended(libc, pid, out, err, waiting);
    };
    const drop = () => {
      libc.kill(pid, SIGKILL);
      closeAll(libc, [out, err, ...takesInput ? [input] : []]);
      reap(libc, pid, new Int32Array(1));
    };
    return Object.assign(end, { drop });
  }
  closeAll(libc, [out, err, ...takesInput ? [input] : []]);
  if (failure !== ENOENT) return null;
  throw Object.assign(new Error(`there is no ${command[0]}`), { code: "ENOENT" });
}

let heeded = false;

/** Where our caller ignores SIGCHLD, nobody would hear how a child ended (waitpid(2)), nor would the child of its own. */
function heedChildren(libc: Libc): void {
  if (heeded) return;
  heeded = true;
  const action = new Uint32Array(SIGACTION_BYTES / 4);
  libc.sigaction(SIGCHLD, null, action);
  if (action[0] === SIG_IGN && action[1] === 0) {
    libc.sigaction(SIGCHLD, new Uint8Array(SIGACTION_BYTES), null);
  }
}

/** So many pipes, of each its reading end first; null where there is no room for them all. */
function openPipes(libc: Libc, count: number): Int32Array | null {
  const pipes = new Int32Array(2 * count);
  for (let at = 0; at < count; at++) {
    if (libc.pipe2(pipes.subarray(2 * at), O_CLOEXEC) === 0) continue;
    closeAll(libc, [...pipes.subarray(0, 2 * at)]);
    return null;
  }
  return pipes;
}

function give(libc: Libc, input: number, bytes: Uint8Array | undefined): void {
  try {
    if (bytes !== undefined) process.getBuiltinModule("node:fs").writeSync(input, bytes);
  } catch {
    // One that has ended reads nothing any more, and how it ended says why.
  } finally {
    closeAll(libc, [input]);
  }
}

function closeAll(libc: Libc, files: readonly (number | undefined)[]): void {
  for (const file of files) libc.close(file ?? -1);
}

/** @param streams what are to be its standard input, output and error; -1 for no input */
function spawn(libc: Libc, command: readonly string[], environment: Uint8Array, streams: readonly number[]) {
  const [input = -1, out = -1, err = -1] = streams;
  const argv = cString(command.join("\0"));
  const nothing = cString("/dev/null");
  const actions = new Uint8Array(FILE_ACTIONS_BYTES);
  const pid = new Int32Array(1);
  libc.posix_spawn_file_actions_init(actions);
  if (input === -1) libc.posix_spawn_file_actions_addopen(actions, 0, nothing, O_RDWR, 0);
  else libc.posix_spawn_file_actions_adddup2(actions, input, 0);
  libc.posix_spawn_file_actions_adddup2(actions, out, 1);
  libc.posix_spawn_file_actions_adddup2(actions, err, 2);
  const failure = libc.posix_spawnp(
    pid,
    argv,
    actions,
    attributes(libc),
    pointersTo(argv),
    pointersTo(environment),
  );
  libc.posix_spawn_file_actions_destroy(actions);
  return { pid: pid[0] ?? 0, failure };
}

function attributes(libc: Libc): Uint8Array {
  const found = new Uint8Array(ATTRIBUTES_BYTES);
  const signals = new Uint8Array(SIGSET_BYTES);
  signals[(SIGPIPE - 1) >> 3] = 1 << (SIGPIPE - 1) % 8;
  libc.posix_spawnattr_init(found);
  libc.posix_spawnattr_setflags(found, SETSIGDEF);
  libc.posix_spawnattr_setsigdefault(found, signals);
  return found;
}

/** What comes from both streams until they are closed; the program is gone afterwards. */
function ended(libc: Libc, pid: number, out: number, err: number, waiting?: Waiting): EndedProgram {
  const streams = [out, err].map((file) => ({ file, chunks: [] as Uint8Array[], open: true }));
  const status = new Int32Array(1);
  let gone = false;
  const polled = new Int32Array(4);
  let waited = 0;
  try {
    while (streams.some(({ open }) => open)) {
      for (const [at, { file, open }] of streams.entries()) {
        polled[2 * at] = open ? file : -1;
        polled[2 * at + 1] = POLLIN;
      }
      const ready = libc.poll(polled, 2, LEFT_MS);
      if (ready === 0 && gone) break;
      if (ready === 0) waiting?.(waited += LEFT_MS);
      if (ready === 0) gone = libc.waitpid(pid, status, WNOHANG) === pid;
      if (ready <= 0) continue;
      for (const [at, stream] of streams.entries()) {
        if ((polled[2 * at + 1] ?? 0) >>> 16 !== 0) take(libc, stream);
      }
    }
  } finally {
    closeAll(libc, [out, err]);
  }
  const isKnown = gone || reap(libc, pid, status);
  const how = status[0] ?? 0;
  const [printed, said] = streams.map(({ chunks }) => whole(chunks));
  return {
    status: isKnown && (how & 0x7f) === 0 ? how >> 8 & 0xff : null,
    out: printed ?? new Uint8Array(),
    err: said ?? new Uint8Array(),
  };
}

/**
 * Wait for the end of a child. Interrupted by a signal, whose handler comes later, it is asked again.
 *
 * @returns whether it was told how it ended: nobody is of one that is not ours any more
 */
function reap(libc: Libc, pid: number, status: Int32Array): boolean {
  while (libc.waitpid(pid, status, 0) !== pid) {
    if (libc.kill(pid, 0) !== 0) return false;
  }
  return true;
}

/** Where everything is read to: most of what is printed is short, and so much memory costs as much as the call. */
let room: Uint8Array | undefined;

function take(libc: Libc, stream: { readonly file: number; readonly chunks: Uint8Array[]; open: boolean }) {
  room ??= new Uint8Array(CHUNK_BYTES);
  const got = libc.read(stream.file, room, CHUNK_BYTES);
  if (got > 0) stream.chunks.push(room.slice(0, got));
  if (got === 0) stream.open = false;
}

function whole(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
