import type { Reading, System } from "./facts.ts";
import type { Connection } from "./unix-socket.ts";

/** What a program that is asked for something may take. */
export interface Limits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Its answer is a line, complete with the newline: nobody need wait for the end of who has said it. */
  readonly line?: boolean;
}

/** Numbers in the kernel's "new" encoding: see `device` of `stat.ts`. */
export interface Device {
  readonly device: number;
  readonly within: number;
}

/**
 * The few things berth asks of runtime and kernel on its way to an ID, so that the fast way (`host-bun.ts`)
 * and the plain way (`host-node.ts`: Deno, macOS, tests) can stand in for each other.
 */
export interface Host {
  /** How long a multiplexer's server is waited for, in milliseconds, where that is less than it is for a prompt. */
  readonly patienceMs?: number;
  readonly system: System;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** That the system grants us no thread beside the one that we are. */
  readonly threadless?: boolean;
  /** The file's content as UTF-8, at most `limit` bytes of it. */
  readText(path: string, limit: number): Reading<string>;
  readLink(path: string): Reading<string>;
  /** The path with every symbolic link resolved. */
  realPath(path: string): Reading<string>;
  /** What kind of device a path leads to: its number, and that of the file system it lies on, as the kernel has them. */
  device(path: string): Reading<Device>;
  /** SHA-256 of the text's UTF-8 bytes, as 64 lowercase hex digits. */
  sha256(text: string): string;
  /**
   * Start a program, and take its standard output when the function that comes back is called. After `timeoutMs`
   * or more than `maxBytes` of output it is killed with SIGKILL, since a program that traps SIGTERM would keep the
   * prompt waiting.
   */
  start(command: readonly string[], limits: Limits): () => Reading<string>;
  /** Connect to a Unix stream socket. On Linux alone. */
  connect(path: string): Reading<Connection>;
  /** Our own PID as getpid(2) has it. */
  readonly pid: number;
  /** Our effective user. */
  user(): number;
  /** The user that a file belongs to. */
  owner(path: string): Reading<number>;
  /** Bytes of a regular file; of anything else, a link among it, a reason. */
  fileSize(path: string): Reading<number>;
  /** Milliseconds of a clock that nobody sets. */
  clock(): number;
  /** Whether a stream of ours is a terminal. */
  isTerminal(stream: 0 | 1 | 2): boolean;
  /** How many columns the terminal has that a stream of ours is; 0 where it is none, or does not know. */
  columns(stream: 1 | 2): number;
  /** Write all of the text to standard output or standard error; the reading says why it could not. */
  write(stream: 1 | 2, text: string): Reading<null>;
  /** End this process at once, with everything that was written by `write` written. */
  exit(status: number): never;
}
