/** A variable that says in which terminal or session its process is. */
export interface TerminalVariable {
  readonly name: string;
  /** Who sets it. */
  readonly by: string;
  /** What it speaks of. */
  readonly of: string;
}

/**
 * What a new terminal must not inherit, since it would speak of the one that it was started from. Each is set by what
 * opens a terminal and not taken away by anybody after; `SSH_CONNECTION` stays true in a window of its own, so it is
 * not here, and `BERTH_SESSION` is the user's unless a run of ours set it (`BERTH_RUN`).
 */
export const TERMINAL_VARIABLES: readonly TerminalVariable[] = [
  { name: "BERTH_SESSION_ID", by: "berth's hook", of: "this terminal's session" },
  { name: "BERTH_SESSION_SHORT", by: "berth's hook", of: "this terminal's session" },
  { name: "BERTH_SESSION_BIND", by: "berth's hook", of: "the shell that loaded the hook" },
  { name: "BERTH_USE", by: "berth use", of: "this terminal" },
  { name: "BERTH_RUN", by: "berth run", of: "the run of a named session" },
  { name: "BERTH_LAUNCHER", by: "berth's launcher on npm", of: "one process" },
  { name: "TMUX", by: "tmux", of: "the server and session of a pane" },
  { name: "TMUX_PANE", by: "tmux", of: "a pane" },
  { name: "STY", by: "GNU screen", of: "a screen session" },
  { name: "WINDOW", by: "GNU screen", of: "a window of a screen session" },
  { name: "ZELLIJ", by: "zellij", of: "a zellij session" },
  { name: "ZELLIJ_SESSION_NAME", by: "zellij", of: "a zellij session" },
  { name: "ZELLIJ_PANE_ID", by: "zellij", of: "a pane" },
  { name: "SSH_TTY", by: "sshd", of: "the terminal of a login" },
  { name: "TERM_SESSION_ID", by: "Terminal.app, iTerm2", of: "a tab" },
  { name: "ITERM_SESSION_ID", by: "iTerm2", of: "a tab" },
  { name: "WEZTERM_PANE", by: "WezTerm", of: "a pane" },
  { name: "KITTY_WINDOW_ID", by: "kitty", of: "a window" },
  { name: "ALACRITTY_WINDOW_ID", by: "Alacritty", of: "a window" },
  { name: "WT_SESSION", by: "Windows Terminal", of: "a tab" },
  { name: "WINDOWID", by: "xterm and others", of: "a window of X11" },
  { name: "GNOME_TERMINAL_SCREEN", by: "GNOME Terminal", of: "a tab" },
  { name: "KONSOLE_DBUS_SESSION", by: "Konsole", of: "a tab" },
];

/** Those that are set, and `BERTH_SESSION` where it is not the user's. */
export function inherited(variables: Readonly<Record<string, string | undefined>>): TerminalVariable[] {
  const set = TERMINAL_VARIABLES.filter(({ name }) => variables[name] !== undefined);
  const isRun = variables["BERTH_RUN"] !== undefined && variables["BERTH_SESSION"] !== undefined;
  return isRun ? [...set, { name: "BERTH_SESSION", by: "berth run", of: "the run of a named session" }] : set;
}
