/** Where a process says that it is, and what is called to show that. */
import { describe, expect, test } from "bun:test";
import { placesIn, showingOf } from "../../../../src/cli/commands/jump/place.ts";

test("each terminal by what it gives its programs; nonsense is none", () => {
  expect(placesIn({ TMUX: "/tmp/tmux-0/a,b,7,0", TMUX_PANE: "%3" })).toEqual([
    { kind: "tmux", socket: "/tmp/tmux-0/a,b", server: 7, pane: "%3" },
  ]);
  expect(placesIn({ STY: "12.pts-0.host", WINDOW: "2" })).toEqual([
    { kind: "screen", session: "12.pts-0.host", window: "2" },
  ]);
  expect(placesIn({ ZELLIJ_SESSION_NAME: "a b", ZELLIJ_PANE_ID: "4" })).toEqual([
    { kind: "zellij", session: "a b", pane: "4" },
  ]);
  expect(placesIn({ WEZTERM_PANE: "0", WEZTERM_UNIX_SOCKET: "/run/w" })).toEqual([
    { kind: "wezterm", socket: "/run/w", pane: "0" },
  ]);
  expect(placesIn({ KITTY_WINDOW_ID: "9", KITTY_LISTEN_ON: "unix:/tmp/k" })).toEqual([
    { kind: "kitty", to: "unix:/tmp/k", window: "9" },
  ]);
  for (
    const variables of [
      { TMUX: "/tmp/x,7,0" },
      { TMUX: "/tmp/x,7,0", TMUX_PANE: "%3;kill-server" },
      { STY: "x", WINDOW: "1" },
      { STY: "1.a", WINDOW: "0 -X quit" },
      { ZELLIJ_SESSION_NAME: "--help", ZELLIJ_PANE_ID: "1" },
      { WEZTERM_PANE: "--x" },
      { KITTY_WINDOW_ID: "all" },
      {},
    ]
  ) expect(placesIn(variables)).toEqual([]);
});

test("the innermost first", () => {
  const kinds = placesIn({
    KITTY_WINDOW_ID: "1",
    ZELLIJ_SESSION_NAME: "z",
    ZELLIJ_PANE_ID: "1",
    TMUX: "/t,1,0",
    TMUX_PANE: "%1",
  }).map(({ kind }) => kind);
  expect(kinds).toEqual(["tmux", "zellij", "kitty"]);
});

describe("what is called", () => {
  test.each(
    [
      [{ kind: "zellij", session: "z", pane: "4" }, [
        "zellij",
        "-s",
        "z",
        "action",
        "focus-pane-id",
        "terminal_4",
      ], {}],
      [{ kind: "kitty", to: "unix:/k", window: "9" }, [
        "kitty",
        "@",
        "--to",
        "unix:/k",
        "focus-window",
        "--match",
        "id:9",
      ], {}],
      [{ kind: "kitty", to: null, window: "9" }, ["kitty", "@", "focus-window", "--match", "id:9"], {}],
      [{ kind: "wezterm", socket: "/w", pane: "0" }, ["wezterm", "cli", "activate-pane", "--pane-id", "0"], {
        WEZTERM_UNIX_SOCKET: "/w",
      }],
    ] as const,
  )("%j", (place, command, env) => {
    expect(showingOf(place)).toMatchObject({ command, env });
  });
});
