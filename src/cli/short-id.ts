import { askTmuxServer } from "../facts/tmux.ts";
import type { SocketHost } from "../facts/tmux-socket.ts";
import type { Host } from "../facts/host.ts";
import { type ShortHost, shortWay } from "../identity/short-way.ts";

/**
 * `berth id` without options, where the short way leads to the ID.
 *
 * @returns whether it is done; if not, nothing was printed
 */
export function printedShortly(host: ShortHost & SocketHost & Pick<Host, "write">): boolean {
  try {
    // Not process.argv: the runtime takes ten times as long to make `process`.
    const words = host.readText("/proc/self/cmdline", 4096);
    if (!words.ok || !isPlainId(words.value)) return false;
    const id = shortWay(host, (query) => askTmuxServer(host, query));
    return id !== undefined && host.write(1, `${id}\n`).ok;
  } catch {
    return false;
  }
}

/** Two words, the second of them `id`: it may also be the last of many, in a command that is to be run. */
const isPlainId = (words: string): boolean =>
  words.endsWith("\0id\0") && words.indexOf("\0") === words.length - "\0id\0".length;
