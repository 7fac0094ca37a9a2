import { cString } from "./c-string.ts";
import { ffi } from "./ffi-bun.ts";
import { known, type Reading, unknown } from "./facts.ts";
import type { Limits } from "./host.ts";

/*
 * A program started by posix_spawn(3) and left to run while we do something else; `Bun.spawnSync` takes a
 * millisecond more and waits. The library is opened when there is a tmux to ask, and not before.
 */
const open = () =>
  ffi.dlopen("libc.so.6", {
    pipe2: { args: ["ptr", "i32"], returns: "i32" },
    posix_spawnp: { args: ["ptr", "ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
    posix_spawn_file_actions_init: { args: ["ptr"], returns: "i32" },
    posix_spawn_file_actions_addopen: { args: ["ptr", "i32", "ptr", "i32", "u32"], returns: "i32" },
    posix_spawn_file_actions_adddup2: { args: ["ptr", "i32", "i32"], returns: "i32" },
    posix_spawn_file_actions_destroy: { args: ["ptr"], returns: "i32" },
    ppoll: { args: ["ptr", "u64", "ptr", "ptr"], returns: "i32" },
    read: { args: ["i32", "ptr", "i32"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
    kill: { args: ["i32", "i32"], returns: "i32" },
    waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
  }).symbols;
let symbols: ReturnType<typeof open> | undefined;

/** Null where the machine grants no memory to make calls in: see `host-bun.ts`. */
function opened(): ReturnType<typeof open> | null {
  try {
    return symbols ??= open();
  } catch {
    return null;
  }
}

const O_CLOEXEC = 0o2000000;
const O_RDWR = 2;
const SIGKILL = 9;
const POLLIN = 1;
const WNOHANG = 1;
const NEWLINE = 10;
/** More than glibc (80 bytes) and musl (80) need for posix_spawn_file_actions_t. */
const FILE_ACTIONS_BYTES = 256;

/** The NULL-terminated array of the addresses of strings that each end with a NUL. They must outlive its use. */
export function pointersTo(strings: Uint8Array): Uint32Array {
  const addresses: number[] = [];
  const base = strings.length === 0 ? 0 : ffi.ptr(strings);
  for (let at = 0; at < strings.length; at = strings.indexOf(0, at) + 1) addresses.push(base + at);
  // Two halves, the lower first, as every processor has them that we build for.
  const array = new Uint32Array(2 * addresses.length + 2);
  for (let at = 0; at < addresses.length; at++) {
    const address = addresses[at] ?? 0;
    array[2 * at] = address >>> 0;
    array[2 * at + 1] = Math.floor(address / 2 ** 32);
  }
  return array;
}

/** Milliseconds of a clock that nobody sets. `performance` takes ten times as long to come into being. */
const now = (): number => Bun.nanoseconds() / 1e6;

/**
 * Start a program.
 *
 * @param environment as /proc/<pid>/environ has one: `NAME=value`, each with a NUL behind it
 * @returns a function that waits for its answer, within the limits counted from now
 */
export function start(
  command: readonly string[],
  limits: Limits,
  environment: Uint8Array,
): () => Reading<string> {
  const libc = opened();
  if (libc === null) return () => unknown("the system's library cannot be called");
  const deadline = now() + limits.timeoutMs;
  const pipe = new Int32Array(2);
  if (libc.pipe2(pipe, O_CLOEXEC) !== 0) return () => unknown("no pipe");
  const out = pipe[0] ?? -1;
  const inner = pipe[1] ?? -1;
  const pid = spawn(libc, command, environment, inner);
  libc.close(inner);
  if (pid !== null) return () => answer(libc, pid, out, deadline, limits);
  libc.close(out);
  return () => unknown(`cannot start ${command[0]}`);
}

type Libc = ReturnType<typeof open>;

function spawn(
  libc: Libc,
  command: readonly string[],
  environment: Uint8Array,
  output: number,
): number | null {
  const argv = cString(command.join("\0"));
  // Cut off in the middle of a variable it is none.
  const envp = environment[environment.length - 1] === 0 ? environment : new Uint8Array();
  const nothing = cString("/dev/null");
  const actions = new Uint8Array(FILE_ACTIONS_BYTES);
  const pid = new Int32Array(1);
  libc.posix_spawn_file_actions_init(actions);
  libc.posix_spawn_file_actions_addopen(actions, 0, nothing, O_RDWR, 0);
  libc.posix_spawn_file_actions_adddup2(actions, output, 1);
  libc.posix_spawn_file_actions_addopen(actions, 2, nothing, O_RDWR, 0);
  const failed = libc.posix_spawnp(pid, argv, actions, null, pointersTo(argv), pointersTo(envp));
  libc.posix_spawn_file_actions_destroy(actions);
  return failed === 0 ? pid[0] ?? null : null;
}

/** The whole output of a program that ends well in time, or its line; it is gone afterwards in any case. */
function answer(
  libc: Libc,
  pid: number,
  out: number,
  deadline: number,
  limits: Limits,
): Reading<string> {
  const output = readAll(libc, out, deadline, limits);
  libc.close(out);
  if (limits.line === true && output.ok && output.value.endsWith("\n")) {
    collectLater(libc, pid, limits.timeoutMs);
    return output;
  }
  // Whoever answered is about to end; whoever did not is ended, and cannot refuse.
  const status = output.ok ? ended(libc, pid, deadline) : null;
  if (status === null) {
    libc.kill(pid, SIGKILL);
    libc.waitpid(pid, null, 0);
    return output.ok ? unknown(`no answer within ${limits.timeoutMs} ms`) : output;
  }
  return status === 0 ? output : unknown(`exit status ${status >> 8}`);
}

function readAll(
  libc: Libc,
  out: number,
  deadline: number,
  limits: Limits,
): Reading<string> {
  const { timeoutMs, maxBytes } = limits;
  const bytes = new Uint8Array(maxBytes + 1);
  const waiting = new Int32Array(2);
  waiting[0] = out;
  waiting[1] = POLLIN;
  for (let length = 0; length <= maxBytes;) {
    const left = deadline - now();
    // Interrupted by a signal it comes back early, and is asked again.
    if (left <= 0) return unknown(`no answer within ${timeoutMs} ms`);
    if (libc.ppoll(waiting, 1, timespec(left), null) <= 0) continue;
    const got = libc.read(out, length === 0 ? bytes : bytes.subarray(length), bytes.length - length);
    if (got > 0) length += got;
    if (got === 0 || (got > 0 && limits.line === true && bytes[length - 1] === NEWLINE)) {
      return known(length === 0 ? "" : ffi.CString(ffi.ptr(bytes), 0, length));
    }
  }
  return unknown(`more than ${maxBytes} bytes of output`);
}

/**
 * Let a program come to its end by itself, a few hundred microseconds after its answer. Most of us are gone by then;
 * who goes on running is not to be left with a zombie, nor with one that hangs.
 */
function collectLater(libc: Libc, pid: number, afterMs: number): void {
  setTimeout(() => {
    if (libc.waitpid(pid, null, WNOHANG) !== 0) return;
    libc.kill(pid, SIGKILL);
    libc.waitpid(pid, null, 0);
  }, afterMs).unref();
}

/** Milliseconds as ppoll(2) takes them: seconds and nanoseconds, eight bytes each. */
function timespec(ms: number): Uint32Array {
  const time = new Uint32Array(4);
  time[0] = Math.floor(ms / 1000);
  time[2] = Math.floor((ms % 1000) * 1e6);
  return time;
}

/** The wait status of a program that has closed its output, null when it goes on until the deadline. */
function ended(libc: Libc, pid: number, deadline: number): number | null {
  const status = new Int32Array(1);
  for (let pause = 0.05; libc.waitpid(pid, status, WNOHANG) === 0; pause = Math.min(pause * 2, 5)) {
    if (now() > deadline) return null;
    libc.ppoll(null, 0, timespec(pause), null);
  }
  return status[0] ?? null;
}
