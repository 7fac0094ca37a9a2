import type { Source } from "../../identity/resolution.ts";

/** What a source is, in words that complete a sentence. */
export const SOURCES: Readonly<Record<Source, string>> = {
  "explicit-flag": "given by --session-id",
  "explicit-env": "given by BERTH_SESSION",
  "use": "chosen for this terminal by berth use",
  "tmux": "the tmux session of this terminal",
  "screen": "the screen session of this terminal",
  "zellij": "the zellij session of this terminal",
  "ssh-env": "this SSH login",
  "ssh-ancestor": "this SSH login, seen by its server process",
  "gui-terminal": "what this terminal program calls its session",
  "deep-anchor": "known by the process that leads it",
  "binding": "the terminal that it was started from, as its shell noted",
  "uuid-fallback": "a random ID, since nothing here outlives this command",
};
