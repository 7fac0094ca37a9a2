/** A window of a terminal program or a multiplexer, as far as its programs can be told to show it. */
export type WindowPlace =
  | { readonly kind: "tmux"; readonly socket: string; readonly server: number; readonly pane: string }
  | { readonly kind: "screen"; readonly session: string; readonly window: string }
  | { readonly kind: "zellij"; readonly session: string; readonly pane: string }
  | { readonly kind: "kitty"; readonly to: string | null; readonly window: string }
  | { readonly kind: "wezterm"; readonly socket: string | null; readonly pane: string };

type Variables = Readonly<Record<string, string | undefined>>;

const NUMBER = /^\d{1,10}$/;

/**
 * Where a process says that it is, by what its terminal gave it: the innermost first, each to be verified, since variables
 * are inherited. Pure.
 */
export function placesIn(variables: Variables): WindowPlace[] {
  return [tmux(variables), screen(variables), zellij(variables), wezterm(variables), kitty(variables)]
    .flatMap((place) => place ?? []);
}

function tmux({ TMUX = "", TMUX_PANE = "" }: Variables): WindowPlace | null {
  const [, socket = "", server = ""] = /^(\/.+),(\d{1,10}),\d+$/.exec(TMUX) ?? [];
  if (socket === "" || !/^%\d{1,10}$/.test(TMUX_PANE)) return null;
  return { kind: "tmux", socket, server: Number(server), pane: TMUX_PANE };
}

function screen({ STY = "", WINDOW = "" }: Variables): WindowPlace | null {
  if (!/^\d{1,10}\.[^\s]+$/.test(STY) || !NUMBER.test(WINDOW)) return null;
  return { kind: "screen", session: STY, window: WINDOW };
}

function zellij(
  { ZELLIJ_SESSION_NAME: session = "", ZELLIJ_PANE_ID: pane = "" }: Variables,
): WindowPlace | null {
  if (session === "" || session.startsWith("-") || !NUMBER.test(pane)) return null;
  return { kind: "zellij", session, pane };
}

function wezterm({ WEZTERM_PANE = "", WEZTERM_UNIX_SOCKET: socket }: Variables): WindowPlace | null {
  if (!NUMBER.test(WEZTERM_PANE)) return null;
  return { kind: "wezterm", socket: socket?.startsWith("/") === true ? socket : null, pane: WEZTERM_PANE };
}

function kitty({ KITTY_WINDOW_ID = "", KITTY_LISTEN_ON: to = "" }: Variables): WindowPlace | null {
  if (!NUMBER.test(KITTY_WINDOW_ID)) return null;
  return { kind: "kitty", to: /^(unix|tcp):/.test(to) ? to : null, window: KITTY_WINDOW_ID };
}

/** What makes a terminal program show a window of its own. */
export interface Showing {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What tells whether that program answers at all. */
  readonly probe: string;
}

/** Pure. What tmux and screen take is more than one command. */
export function showingOf(place: Extract<WindowPlace, { kind: "zellij" | "kitty" | "wezterm" }>): Showing {
  switch (place.kind) {
    case "zellij": {
      const { session, pane } = place;
      const command = ["zellij", "-s", session, "action", "focus-pane-id", `terminal_${pane}`];
      return { command, env: {}, probe: "zellij list-sessions" };
    }
    case "kitty": {
      const to = place.to === null ? [] : ["--to", place.to];
      const command = ["kitty", "@", ...to, "focus-window", "--match", `id:${place.window}`];
      return { command, env: {}, probe: "kitty @ ls" };
    }
    case "wezterm": {
      const env: Record<string, string> = place.socket === null ? {} : { WEZTERM_UNIX_SOCKET: place.socket };
      const command = ["wezterm", "cli", "activate-pane", "--pane-id", place.pane];
      return { command, env, probe: "wezterm cli list" };
    }
  }
}
