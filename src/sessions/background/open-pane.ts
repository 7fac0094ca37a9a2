import { fail } from "../../errors/errors.ts";
import { type Login, scopePrefix, type Server } from "./server.ts";
import { type Tmux, type TmuxAnswer, whyTmux } from "./tmux.ts";
import { tmuxName, tmuxPath, tmuxSession, tmuxWord } from "./words.ts";

/** What a pane is opened for. */
export interface WantedPane {
  readonly root: string;
  readonly name: string;
  /** Tells it from sessions of other projects that are spelled alike. */
  readonly suffix: string;
  /** Where the pane begins. */
  readonly directory: string;
  /** Program and arguments, which anybody may see. */
  readonly command: readonly string[];
}

/** Where it was opened, in words. */
export interface OpenedPane {
  readonly where: string;
  /** Whether a server was started for it. */
  readonly startedServer: boolean;
}

/**
 * Open a window of the current server, or a session of the default one, without going there.
 *
 * @throws `tmux_failed`, `no_tmux`
 */
export async function openPane(
  tmux: Tmux,
  server: Server,
  login: Login,
  wanted: WantedPane,
): Promise<OpenedPane> {
  const { root, name, suffix, directory } = wanted;
  const command = wanted.command.map(tmuxWord);
  const common = ["-d", "-n", tmuxName(name), "-c", tmuxPath(directory)];
  if (server.kind === "current") {
    checked(await tmux(["-S", server.socket, "new-window", ...common, "--", ...command]));
    return { where: `window ${tmuxName(name)} of this tmux`, startedServer: false };
  }
  const startedServer = (await tmux(["list-sessions"])).status !== 0;
  const session = tmuxSession(root, name);
  for (const free of [session, `${session}-${tmuxName(suffix)}`]) {
    if (!startedServer && (await tmux(["has-session", "-t", `=${free}`])).status === 0) continue;
    const args = ["new-session", ...common, "-s", free, "--", ...command];
    const prefix = startedServer ? scopePrefix(login) : [];
    const answer = await tmux(args, prefix);
    // A user's systemd that is there and does not take it is no reason to do without.
    checked(answer.status !== 0 && prefix.length > 0 ? await tmux(args) : answer);
    return { where: `tmux session ${free}`, startedServer };
  }
  throw fail("tmux_failed", { why: `there is a session ${session} and one ${session}-${tmuxName(suffix)}` });
}

function checked(answer: TmuxAnswer): void {
  if (answer.status !== 0) throw fail("tmux_failed", { why: whyTmux(answer) });
}
