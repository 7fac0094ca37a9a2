import { dlopen, ptr } from "./ffi-bun.ts";
import { known, type Reading, unknown } from "./facts.ts";
import type { Limits } from "./host.ts";

/*
 * A program started by posix_spawn(3) and left to run while we do something else; `Bun.spawnSync` takes a
 * millisecond more and waits. The library is opened when there is a tmux to ask, and not before.
 */
const open = () =>
  dlopen("libc.so.6", {
    pipe2: { args: ["ptr", "i32"], returns: "i32" },
    posix_spawnp: { args: ["ptr", "ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
    posix_spawn_file_actions_init: { args: ["ptr"], returns: "i32" },
    posix_spawn_file_actions_addopen: { args: ["ptr", "i32", "ptr", "i32", "u32"], returns: "i32" },
    posix_spawn_file_actions_adddup2: { args: ["ptr", "i32", "i32"], returns: "i32" },
    posix_spawn_file_actions_destroy: { args: ["ptr"], returns: "i32" },
    poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
    read: { args: ["i32", "ptr", "i32"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
    kill: { args: ["i32", "i32"], returns: "i32" },
    waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
  }).symbols;
let symbols: ReturnType<typeof open> | undefined;

const O_CLOEXEC = 0o2000000;
const O_RDWR = 2;
const SIGKILL = 9;
const POLLIN = 1;
/** More than glibc (80 bytes) and musl (80) need for posix_spawn_file_actions_t. */
const FILE_ACTIONS_BYTES = 256;

/** Strings that each end with a NUL, and the NULL-terminated array of their addresses. */
interface Strings {
  readonly bytes: Uint8Array;
  readonly array: BigUint64Array;
}

function strings(bytes: Uint8Array): Strings {
  const addresses: bigint[] = [];
  const base = bytes.length === 0 ? 0 : ptr(bytes);
  for (let at = 0; at < bytes.length; at = bytes.indexOf(0, at) + 1) addresses.push(BigInt(base + at));
  return { bytes, array: new BigUint64Array([...addresses, 0n]) };
}

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
  const libc = symbols ??= open();
  const deadline = performance.now() + limits.timeoutMs;
  const pipe = new Int32Array(2);
  if (libc.pipe2(pipe, O_CLOEXEC) !== 0) return () => unknown("no pipe");
  const [out = -1, inner = -1] = pipe;
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
  const encoder = new TextEncoder();
  const argv = strings(encoder.encode(`${command.join("\0")}\0`));
  // Cut off in the middle of a variable it is none.
  const envp = strings(environment.at(-1) === 0 ? environment : new Uint8Array());
  const nothing = encoder.encode("/dev/null\0");
  const [actions, pid] = [new Uint8Array(FILE_ACTIONS_BYTES), new Int32Array(1)];
  libc.posix_spawn_file_actions_init(actions);
  libc.posix_spawn_file_actions_addopen(actions, 0, nothing, O_RDWR, 0);
  libc.posix_spawn_file_actions_adddup2(actions, output, 1);
  libc.posix_spawn_file_actions_addopen(actions, 2, nothing, O_RDWR, 0);
  const failed = libc.posix_spawnp(pid, argv.bytes, actions, null, argv.array, envp.array);
  libc.posix_spawn_file_actions_destroy(actions);
  return failed === 0 ? pid[0] ?? null : null;
}

/** The whole output of a program that ends well in time; it is gone afterwards in any case. */
function answer(
  libc: Libc,
  pid: number,
  out: number,
  deadline: number,
  limits: Limits,
): Reading<string> {
  const output = readAll(libc, out, deadline, limits);
  libc.close(out);
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
  { timeoutMs, maxBytes }: Limits,
): Reading<string> {
  const bytes = new Uint8Array(maxBytes + 1);
  const waiting = new Int32Array([out, POLLIN]);
  for (let length = 0; length <= maxBytes;) {
    const left = Math.ceil(deadline - performance.now());
    // Interrupted by a signal it comes back early, and is asked again.
    if (left <= 0) return unknown(`no answer within ${timeoutMs} ms`);
    if (libc.poll(waiting, 1, left) <= 0) continue;
    const got = libc.read(out, bytes.subarray(length), bytes.length - length);
    if (got === 0) return known(new TextDecoder().decode(bytes.subarray(0, length)));
    if (got > 0) length += got;
  }
  return unknown(`more than ${maxBytes} bytes of output`);
}

/** The wait status of a program that has closed its output, null when it goes on until the deadline. */
function ended(libc: Libc, pid: number, deadline: number): number | null {
  const [status, WNOHANG] = [new Int32Array(1), 1];
  while (libc.waitpid(pid, status, WNOHANG) === 0) {
    if (performance.now() > deadline) return null;
    libc.poll(null, 0, 1);
  }
  return status[0] ?? null;
}
