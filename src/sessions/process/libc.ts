/*
 * What neither cross-spawn nor the runtimes can: a command in a process group of its own that keeps the terminal.
 * (Their `detached` is setsid(2), after which there is no controlling terminal, so no /dev/tty and no job control.)
 */
import { dlopen, ptr } from "bun:ffi";
import process from "node:process";
import { nativeCalls } from "../../facts/native-calls.ts";
import { rawVariables, rawWords, type Text } from "./raw.ts";

export const darwin = process.platform === "darwin";

const declarations = {
  posix_spawnp: { args: ["ptr", "ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
  posix_spawnattr_init: { args: ["ptr"], returns: "i32" },
  posix_spawnattr_setflags: { args: ["ptr", "i16"], returns: "i32" },
  posix_spawnattr_setpgroup: { args: ["ptr", "i32"], returns: "i32" },
  posix_spawnattr_setsigdefault: { args: ["ptr", "ptr"], returns: "i32" },
  posix_spawn_file_actions_init: { args: ["ptr"], returns: "i32" },
  posix_spawn_file_actions_addchdir_np: { args: ["ptr", "ptr"], returns: "i32" },
  waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
  kill: { args: ["i32", "i32"], returns: "i32" },
  raise: { args: ["i32"], returns: "i32" },
  signal: { args: ["i32", "usize"], returns: "usize" },
  sigaction: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  getpgrp: { args: [], returns: "i32" },
  getpgid: { args: ["i32"], returns: "i32" },
  getsid: { args: ["i32"], returns: "i32" },
  tcgetpgrp: { args: ["i32"], returns: "i32" },
  tcsetpgrp: { args: ["i32", "i32"], returns: "i32" },
  tcgetattr: { args: ["i32", "ptr"], returns: "i32" },
  tcsetattr: { args: ["i32", "i32", "ptr"], returns: "i32" },
  strerror: { args: ["i32"], returns: "cstring" },
} as const;

const { symbols } = nativeCalls(
  "start a command",
  () => dlopen(darwin ? "libSystem.B.dylib" : "libc.so.6", declarations),
);

export const libc = symbols;

const encoder = new TextEncoder();
/** With a NUL behind it. */
function cString(text: Text): Uint8Array {
  if (typeof text === "string") return encoder.encode(`${text}\0`);
  const bytes = new Uint8Array(text.length + 1);
  bytes.set(text);
  return bytes;
}

/** A `char *[]`; `keep` must outlive its use. */
function pointers(texts: readonly Text[]): { array: BigUint64Array; keep: Uint8Array[] } {
  const keep = texts.map(cString);
  const array = new BigUint64Array(texts.length + 1);
  for (const [index, text] of keep.entries()) array[index] = BigInt(ptr(text));
  return { array, keep };
}

const SETPGROUP = 2;
const SETSIGDEF = 4;
/** More than any system's `posix_spawnattr_t`, `posix_spawn_file_actions_t` (glibc: 336, 80) or `sigset_t` (128). */
const ROOM = 1024;

/** Signals that the runtime ignores, and programs that it starts would too. */
const SIGPIPE = 13;
const SIGXFSZ = 25;

/**
 * Start a program in a new process group. What the runtime ignores of signals is as usual again in it; what we were
 * started to ignore (nohup) it ignores as well.
 *
 * @returns the PID, or the error's number (posix_spawn(3) returns it)
 */
export function spawnGroup(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): { pid: number } | { errno: number } {
  const [attributes, actions, defaults] = [new Uint8Array(ROOM), new Uint8Array(ROOM), new Uint8Array(ROOM)];
  for (const signal of [SIGPIPE, SIGXFSZ]) defaults[(signal - 1) >> 3] = 1 << ((signal - 1) & 7);
  libc.posix_spawnattr_init(attributes);
  libc.posix_spawnattr_setflags(attributes, SETPGROUP | SETSIGDEF);
  libc.posix_spawnattr_setpgroup(attributes, 0);
  libc.posix_spawnattr_setsigdefault(attributes, defaults);
  libc.posix_spawn_file_actions_init(actions);
  const directory = cString(cwd);
  libc.posix_spawn_file_actions_addchdir_np(actions, directory);
  const words = rawWords(command);
  const argv = pointers(words);
  const envp = pointers(rawVariables(Object.entries(env).map(([name, value]) => `${name}=${value}`)));
  const program = cString(words[0] ?? "");
  const pid = new Int32Array(1);
  const errno = libc.posix_spawnp(pid, program, actions, attributes, argv.array, envp.array);
  return errno === 0 ? { pid: pid[0] ?? 0 } : { errno };
}

/** Larger than any system's `struct sigaction`, which begins with the handler. */
const SIGACTION = 256;
const SIG_IGN = 1n;

/** What is done about a signal, to be put back by `setAction`. */
export function actionOf(signal: number): BigUint64Array {
  const action = new BigUint64Array(SIGACTION / 8);
  libc.sigaction(signal, null, action);
  return action;
}

export function setAction(signal: number, action: BigUint64Array): void {
  libc.sigaction(signal, action, null);
}

export const isIgnored = (signal: number): boolean => actionOf(signal)[0] === SIG_IGN;

/** `No such file or directory`. */
export const why = (errno: number): string => String(libc.strerror(errno));

/** What waitpid(2) tells of a child: nothing new, an end, or a stop. */
export type Waited =
  | { readonly kind: "nothing" }
  | { readonly kind: "gone" }
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signaled" | "stopped"; readonly signal: number };

const WNOHANG = 1;
const WUNTRACED = 2;

/** Ask without waiting. "gone": it is no child of ours (any more). */
export function waitNow(pid: number): Waited {
  const status = new Int32Array(1);
  const found = libc.waitpid(pid, status, WNOHANG | WUNTRACED);
  if (found === 0) return { kind: "nothing" };
  if (found !== pid) return { kind: "gone" };
  const word = status[0] ?? 0;
  const high = (word >> 8) & 0xff;
  if ((word & 0xff) === 0x7f) return { kind: "stopped", signal: high };
  return (word & 0x7f) === 0 ? { kind: "exited", code: high } : { kind: "signaled", signal: word & 0x7f };
}
