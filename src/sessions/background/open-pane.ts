import { BerthError, fail } from "../../errors/errors.ts";
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
  /** Whether that server is no part of the login. */
  readonly inScope: boolean;
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
    return { where: `window ${tmuxName(name)} of this tmux`, startedServer: false, inScope: false };
  }
  const startedServer = (await tmux(["list-sessions"])).status !== 0;
  const session = tmuxSession(root, name);
  for (const free of [session, `${session}-${tmuxName(suffix)}`]) {
    if (!startedServer && (await tmux(["has-session", "-t", `=${free}`])).status === 0) continue;
    const args = ["new-session", ...common, "-s", free, "--", ...command, ...STAYS, `=${free}:`, ...OFF];
    const prefix = startedServer ? scopePrefix(login) : [];
    // A user's systemd that is there and does not take it is no reason to do without.
    const inScope = prefix.length > 0 && await isTaken(tmux, args, prefix);
    if (!inScope) checked(await tmux(args));
    return { where: `tmux session ${free}`, startedServer, inScope };
  }
  throw fail("tmux_failed", { why: `there is a session ${session} and one ${session}-${tmuxName(suffix)}` });
}

/** Nobody looks at it, which is when tmux ends a session where `destroy-unattached` is set. */
const STAYS = [";", "set-option", "-q", "-t"];
const OFF = ["destroy-unattached", "off"];

/** Whether it was done by way of another program, which need not be there. */
async function isTaken(tmux: Tmux, args: readonly string[], prefix: readonly string[]): Promise<boolean> {
  try {
    return (await tmux(args, prefix)).status === 0;
  } catch (error) {
    if (error instanceof BerthError && error.code === "no_tmux") return false;
    throw error;
  }
}

function checked(answer: TmuxAnswer): void {
  if (answer.status !== 0) throw fail("tmux_failed", { why: whyTmux(answer) });
}
