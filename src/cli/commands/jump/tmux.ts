import { fail } from "../../../errors/errors.ts";
import { ownPane, type Pane } from "../../../sessions/background/pane.ts";
import { type Tmux, whyTmux } from "../../../sessions/background/tmux.ts";
import type { Context } from "../../command.ts";
import { showBy } from "../git-shown.ts";

/** A pane that is there, as its server tells it. */
export interface LivePane extends Pane {
  /** `$3` */
  readonly session: string;
  /** The terminal that it is. */
  readonly tty: string;
}

/** The pane where it is there, and of that very server. */
export async function livePane(tmux: Tmux, pane: Pane): Promise<LivePane | null> {
  const format = "#{pid} #{pane_id} #{pane_dead} #{session_id} #{pane_tty}";
  const { status, out } = await tmux(["-S", pane.socket, "display-message", "-p", "-t", pane.pane, format]);
  const [pid, id, dead, session = "", tty = ""] = out.trim().split(" ");
  const isIt = status === 0 && pid === String(pane.server) && id === pane.pane && dead !== "1";
  return isIt ? { ...pane, session, tty } : null;
}

/**
 * Show a pane: by this client where it is one of that server, else by a client of that server's in this terminal, else,
 * where this is none, by the client that shows its session.
 *
 * @param arrived called as soon as it is shown, before somebody stays there
 * @returns exit status
 * @throws `tmux_failed`, `no_terminal`
 */
export async function showPane(
  context: Context,
  tmux: Tmux,
  { socket, server, pane, session }: Pane & { readonly session: string },
  arrived: () => Promise<void> = async () => {},
): Promise<number> {
  const call = async (...args: string[]) => {
    const done = await tmux(["-S", socket, ...args]);
    if (done.status !== 0) throw fail("tmux_failed", { why: whyTmux(done) });
    return done.out;
  };
  const select = ["select-window", "-t", pane, ";", "select-pane", "-t", pane];
  if (ownServer(context) === server) {
    const client = await ownClient(context, call);
    const go = ["switch-client", ...client === null ? [] : ["-c", client], "-t", pane, ";"];
    // Before 2.4 tmux goes to the session alone, and so it is told the rest as well. Where nobody looks, that is all.
    const isSeen = client !== null || (await call("list-clients", "-F", "#{client_name}")).trim() !== "";
    await call(...isSeen ? go : [], ...select);
    await arrived();
    return 0;
  }
  if (context.host.isTerminal(0) && context.host.isTerminal(1)) {
    await call(...select);
    await arrived();
    const attach = ["tmux", "-S", socket, "attach-session", "-t", session];
    // In another tmux than that one: as a client in its pane, which it refuses where it knows.
    return await showBy(context, attach, { cwd: "/", more: { TMUX: undefined } });
  }
  const [client] = (await call("list-clients", "-F", "#{client_activity} #{client_name}")).split("\n")
    .filter((line) => line !== "").sort().reverse();
  if (client === undefined) throw fail("no_terminal", { action: "attach to it" });
  await call("switch-client", "-c", client.slice(client.indexOf(" ") + 1), "-t", pane, ";", ...select);
  await arrived();
  return 0;
}

/** PID of the tmux server that opened our terminal, a popup's too; null in none. */
function ownServer({ host, facts, deps, decide }: Context): number | null {
  const pid = /^\/.+,(\d+),\d+$/.exec(host.variables["TMUX"] ?? "")?.[1];
  if (pid === undefined) return null;
  const { source } = decide(facts, { scope: "session", terminalOnly: true }, deps);
  return source === "tmux" ? Number(pid) : null;
}

/** The client that shows our own pane and was typed into last; null where tmux is to find it, as in a popup. */
async function ownClient(
  { host }: Context,
  call: (...args: string[]) => Promise<string>,
): Promise<string | null> {
  const own = ownPane(host.variables);
  if (own === null) return null;
  const session = (await call("display-message", "-p", "-t", own.pane, "#{session_id}")).trim();
  const lines = await call("list-clients", "-t", session, "-F", "#{client_activity} #{client_name}");
  const newest = lines.split("\n").filter((line) => line !== "").sort().at(-1);
  return newest === undefined ? null : newest.slice(newest.indexOf(" ") + 1);
}
