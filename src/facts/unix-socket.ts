import { cString } from "./c-string.ts";
import { type Reading, unknown } from "./facts.ts";

/**
 * The calls of Linux's libc that a conversation over a Unix stream socket takes. A runtime's own sockets answer only
 * when its event loop turns, which is too late for a program that has nothing else to do.
 */
export interface SocketCalls {
  socket(domain: number, type: number, protocol: number): number;
  connect(fd: number, address: Uint8Array<ArrayBuffer>, length: number): number;
  getsockopt(
    fd: number,
    level: number,
    name: number,
    value: Uint8Array<ArrayBuffer>,
    length: Uint8Array<ArrayBuffer>,
  ): number;
  send(fd: number, bytes: Uint8Array<ArrayBuffer>, length: number, flags: number): number;
  poll(fds: Uint8Array<ArrayBuffer>, count: number, timeoutMs: number): number;
  recv(fd: number, bytes: Uint8Array<ArrayBuffer>, length: number, flags: number): number;
  close(fd: number): number;
}

/** Who listens: the process that called listen(2), 0 in a PID namespace that cannot see it. */
export interface Peer {
  readonly pid: number;
  readonly user: number;
}

export interface Connection {
  readonly peer: Peer;
  /** @returns whether all of it was taken */
  send(bytes: Uint8Array): boolean;
  /** What has come, waiting for the first of it. @returns empty at the end, undefined when the time is over */
  receive(timeoutMs: number): Uint8Array | undefined;
  close(): void;
}

/** Where no call into a library is granted (`ulimit -v`, MemoryDenyWriteExecute). */
export const NO_CALLS = "no native calls";

const NOBODY: Peer = { pid: 0, user: -1 };
const AF_UNIX = 1;
/** SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC: a server whose queue is full must not keep us waiting. */
const STREAM = 0o2004001;
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const MSG_NOSIGNAL = 0x4000;
const POLLIN = 1;
/** `sun_path` of sockaddr_un (unix(7)). */
const PATH_BYTES = 108;
/** An answer is far shorter, and each page of memory that is touched first takes longer than to copy it. */
const RECEIVE_BYTES = 1 << 12;

/** @param reason names the last call's errno */
export function connectUnix(libc: SocketCalls, path: string, reason: () => string): Reading<Connection> {
  const name = cString(path);
  if (name.length > PATH_BYTES) return unknown("a path too long for a socket");
  const address = new Uint8Array(2 + PATH_BYTES);
  address[0] = AF_UNIX;
  address.set(name, 2);
  const fd = libc.socket(AF_UNIX, STREAM, 0);
  if (fd < 0) return unknown(reason());
  if (libc.connect(fd, address, address.length) !== 0) {
    const why = reason();
    libc.close(fd);
    return unknown(why);
  }
  return { ok: true, value: connection(libc, fd) };
}

function connection(libc: SocketCalls, fd: number): Connection {
  const waiting = new Uint8Array(new Int32Array([fd, POLLIN]).buffer);
  return {
    get peer() {
      const credentials = new Int32Array(3);
      const size = new Uint8Array(new Int32Array([credentials.byteLength]).buffer);
      const failed = libc.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, new Uint8Array(credentials.buffer), size);
      return failed === 0 ? { pid: credentials[0] ?? 0, user: credentials[1] ?? -1 } : NOBODY;
    },
    send: (bytes) =>
      libc.send(fd, bytes as Uint8Array<ArrayBuffer>, bytes.length, MSG_NOSIGNAL) === bytes.length,
    receive(timeoutMs) {
      // Interrupted by a signal it comes back early, and is asked again.
      if (timeoutMs <= 0 || libc.poll(waiting, 1, Math.ceil(timeoutMs)) <= 0) return undefined;
      const bytes = new Uint8Array(RECEIVE_BYTES);
      const got = libc.recv(fd, bytes, RECEIVE_BYTES, 0);
      return got < 0 ? bytes.subarray(0, 0) : bytes.subarray(0, got);
    },
    close: () => void libc.close(fd),
  };
}
