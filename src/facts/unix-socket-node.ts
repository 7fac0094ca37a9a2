import { type Reading, unknown } from "./facts.ts";
import { openLibrary } from "./native.ts";
import { type Connection, connectUnix, NO_CALLS, type SocketCalls } from "./unix-socket.ts";

const open = (): SocketCalls =>
  openLibrary("libc.so.6", {
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    connect: { args: ["i32", "bytes", "i32"], returns: "i32" },
    getsockopt: { args: ["i32", "i32", "i32", "bytes", "bytes"], returns: "i32" },
    send: { args: ["i32", "bytes", "i32", "i32"], returns: "i32" },
    poll: { args: ["bytes", "i32", "i32"], returns: "i32" },
    recv: { args: ["i32", "bytes", "i32", "i32"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
  });
let calls: SocketCalls | undefined;

/** For Deno, and for Bun where the fast host is not used. The errno of a call is not kept there. */
export function connectByNode(path: string): Reading<Connection> {
  try {
    return connectUnix(calls ??= open(), path, () => "no connection");
  } catch {
    return unknown(NO_CALLS);
  }
}
