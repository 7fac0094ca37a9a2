import { type Reading, unknown } from "./facts.ts";
import type { Host } from "./host.ts";
import type { TmuxServer } from "./tmux-socket.ts";

/** A client that hangs must not keep a prompt waiting, nor one that prints without end fill the memory. */
const LIMITS = { timeoutMs: 500, maxBytes: 1 << 16, line: true };

/**
 * Ask by a client: where the server speaks a protocol that we do not know, where no native calls are granted, and on
 * macOS. First the program that the
 * server itself runs, which speaks as it does, then PATH's; neither for another user, who would run what somebody
 * else's variables name.
 */
export function askByClient(host: Host, server: TmuxServer, words: readonly string[]): Reading<string> {
  const owner = host.owner(server.socket);
  if (!owner.ok) return owner;
  if (owner.value !== host.user()) return unknown("it is another user's");
  const args = ["-S", server.socket, ...words];
  if (host.system === "linux") {
    const answer = host.start([`/proc/${server.pid}/exe`, ...args], LIMITS)();
    if (answer.ok) return answer;
  }
  return host.start(["tmux", ...args], LIMITS)();
}
