import { Exit, kind } from "./kind.ts";
import { quote } from "./quote.ts";

/** Failures of what runs in the background. */
export const backgroundErrors = () => ({
  no_tmux: kind(
    Exit.failed,
    () => "Cannot run anything in the background: there is no tmux here",
    () => `Install tmux, or give the command a terminal of its own and type it there without -d`,
    {},
  ),
  tmux_failed: kind(
    Exit.failed,
    (d: { why: string }) => `Cannot reach tmux: ${d.why}`,
    () => `Type "tmux list-sessions" to see whether it answers`,
    { why: "no server running on /tmp/tmux-1000/default" },
  ),
  background_failed: kind(
    Exit.failed,
    (d: { why: string }) => `Cannot run it in the background: ${d.why}`,
    () => `Type the command without -d to see more`,
    { why: "nothing began within 10 s" },
  ),
  not_in_background: kind(
    Exit.failed,
    (d: { session: string; why: string; running: boolean; alone?: boolean }) =>
      `Cannot go to where session ${quote(d.session)} runs: ${d.why}`,
    (d) =>
      d.alone === true
        ? `Type "berth stop ${d.session}", then "berth resume ${d.session} -d" to run it anew`
        : d.running
        ? `Type "berth show ${d.session}" to see more of it`
        : `Type "berth resume ${d.session} -d" to run its last command again`,
    { session: "auth", why: "its command has ended", running: false },
  ),
  no_log: kind(
    Exit.failed,
    (d: { session: string }) => `Nothing is kept of what session ${quote(d.session)} showed`,
    (d) => `Type "berth history ${d.session}" to see what happened in it`,
    { session: "auth" },
  ),
  no_terminal: kind(
    Exit.failed,
    (d: { action: string }) => `Cannot ${d.action}: standard input and output are no terminal`,
    () => `Type it at a prompt`,
    { action: "attach to it" },
  ),
} as const);
