import { type Reading, unknown } from "./facts.ts";
import type { Host } from "./host.ts";
import { encodeCommand, readMessages } from "./tmux-protocol.ts";
import type { Connection } from "./unix-socket.ts";

/** Milliseconds; a server that hangs must not keep a prompt waiting. */
const PATIENCE = 500;
/** Nor may one that prints without end fill the memory. */
const MAX_BYTES = 1 << 16;

/** What to say instead of an answer that another protocol may have. */
export const OTHER_PROTOCOL = "not understood";

/** What a host needs to speak to a server. */
export type SocketHost = Pick<Host, "connect" | "clock" | "pid" | "patienceMs" | "realPath" | "user">;

/** Which server: its socket, and the process that listens there if it is the one that was meant. */
export interface TmuxServer {
  readonly socket: string;
  readonly pid: number;
}

/**
 * Let a tmux server run a command, without a process of ours: whatever `tmux` PATH has, if any, may be of another
 * version, or hang, or be somebody else's program.
 *
 * @param host whose clock is asked, and who connects
 * @returns a function that waits for what the command prints, its first line
 */
export function askServer(
  host: SocketHost,
  { socket, pid }: TmuxServer,
  words: readonly string[],
): () => Reading<string> {
  const opened = host.connect(socket);
  if (!opened.ok) return () => opened;
  const connection = opened.value;
  const why = stranger(host, connection, pid);
  const self = host.pid;
  if (why !== undefined || !connection.send(encodeCommand(words, self))) {
    connection.close();
    return () => unknown(why ?? "does not take a question");
  }
  const deadline = host.clock() + (host.patienceMs ?? PATIENCE);
  return () => {
    try {
      return listen(host, connection, self, deadline);
    } finally {
      connection.close();
    }
  };
}

/**
 * Why a listener is not to be spoken to. The path comes from a variable, which under sudo may be anybody's: nobody
 * but the server that the variable names hears from another user than himself.
 */
function stranger(host: SocketHost, { peer }: Connection, pid: number): string | undefined {
  if (peer.pid === pid) return undefined;
  if (peer.pid === 0) return "it is in another PID namespace";
  // A server that systemd listened for has systemd's process there.
  return peer.user === host.user() ? undefined : `process ${peer.pid} listens there`;
}

function listen(host: SocketHost, connection: Connection, self: number, deadline: number): Reading<string> {
  let bytes = new Uint8Array(0);
  let text = "";
  for (let total = 0; total <= MAX_BYTES;) {
    const left = deadline - host.clock();
    if (left <= 0) return unknown(`no answer within ${host.patienceMs ?? PATIENCE} ms`);
    const more = connection.receive(left);
    if (more === undefined) continue;
    if (more.length === 0) return unknown(OTHER_PROTOCOL);
    total += more.length;
    bytes = appended(bytes, more);
    const heard = readMessages(bytes, self);
    bytes = bytes.slice(heard.read);
    text += heard.text;
    const line = text.indexOf("\n");
    // The newline need not come with the text: up to 3.0 it is added by the client that prints it.
    if (line >= 0) return { ok: true, value: text.slice(0, line) };
    if (heard.end === "not understood") return unknown(OTHER_PROTOCOL);
    if (heard.end === "ended") {
      return text === "" ? unknown("it knows no such pane") : { ok: true, value: text };
    }
    if (heard.reply !== undefined && !connection.send(heard.reply)) return unknown("does not take an answer");
  }
  return unknown(`more than ${MAX_BYTES} bytes of output`);
}

function appended(bytes: Uint8Array<ArrayBuffer>, more: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(bytes.length + more.length);
  whole.set(bytes);
  whole.set(more, bytes.length);
  return whole;
}
