import type { Reading } from "./facts.ts";
import { ffi } from "./ffi-bun.ts";
import { type Connection, connectUnix, type SocketCalls } from "./unix-socket.ts";

/** Opened when there is a server to ask, and not before. */
const open = (): SocketCalls =>
  ffi.dlopen("libc.so.6", {
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    connect: { args: ["i32", "ptr", "i32"], returns: "i32" },
    getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
    send: { args: ["i32", "ptr", "i32", "i32"], returns: "i32" },
    poll: { args: ["ptr", "i32", "i32"], returns: "i32" },
    recv: { args: ["i32", "ptr", "i32", "i32"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
  }).symbols as unknown as SocketCalls;
let calls: SocketCalls | undefined;

export const connectByBun = (path: string, reason: () => string): Reading<Connection> =>
  connectUnix(calls ??= open(), path, reason);
