import { expect, test } from "bun:test";
import fc from "fast-check";
import { nearest } from "../../src/cli/line/nearest.ts";
import { COMMANDS } from "../../src/cli/table.ts";
import {
  isBoundary,
  isRelay,
  isServer,
  isShell,
  isSshServer,
  isTerminalProgram,
  isWrapper,
} from "../../src/identity/programs.ts";

const cut = (name: string) => name.slice(0, 15);

test.each<[string, (name: string) => boolean, readonly string[], readonly string[]]>([
  ["wrapper", isWrapper, [
    "sudo",
    "setsid",
    "timeout",
    "xargs",
    "env",
    "strace",
    "nohup",
    "berth",
    "fakeroot",
    "chronic",
    "dbus-run-sessio",
  ], [
    "make",
    "bash",
    "sud",
    "sudoedit",
    "",
    " ",
    "sudo su",
  ]],
  ["relay", (name) => isRelay(name, undefined), ["sudo", "script", "expect", "rlwrap", "asciinema", "mc"], [
    "socat",
    "make",
    "tmux",
    "scriptx",
    "",
    "script scriptlive",
  ]],
  ["boundary", isBoundary, [
    "systemd",
    "login",
    "sshd",
    "cron",
    "Runner.Worker",
    "tini",
    "tmux: server",
    "gnome-session-binary",
  ], ["make", "bash", "node", "cronjob", "syst"]],
  ["server", isServer, [
    "sshd",
    "sshd-session",
    "SCREEN",
    "screen",
    "screen-5.0.1",
    "tmux",
    "tmux: server",
    "zellij",
  ], [
    "screenshot",
    "screenfetch",
    "tmuxinator",
    "screen-recorder",
    "bash",
    "login",
  ]],
  ["terminal program", isTerminalProgram, [
    "xterm",
    "stterm",
    "mlterm",
    "pterm",
    "x-terminal-emul",
    "wezterm-mux-ser",
    "tailscaled",
    "alacritty",
    "tmux: server",
    "sshd",
    "login",
    ".kitty-wrapped",
    ".alacritty-wrap",
    ".gnome-terminal",
  ], [
    "emacs",
    "code",
    ".wrapped",
    ".xter-wrapped",
    "myterm",
    "bash",
    "node",
    "xter",
    "screenkey",
  ]],
  ["shell", isShell, ["bash", "zsh", "fish", "dash", "nu", "pwsh", "busybox", "rbash", "zsh5"], [
    "bashful",
    "python3",
    "bash zsh",
    "",
  ]],
  ["SSH server", isSshServer, ["sshd", "sshd-session", "dropbear", "mosh-server"], [
    "ssh",
    "ssh-agent",
    "sshd2",
  ]],
])("the list of every %s", (_, is, members, others) => {
  for (const name of members) expect([name, is(name)]).toEqual([name, true]);
  for (const name of others) expect([name, is(name)]).toEqual([name, false]);
});

test("names that the kernel cuts at 15 bytes are known by what is left of them", () => {
  for (
    const name of [
      "gnome-terminal-server",
      "gdm-session-worker",
      "containerd-shim-runc-v2",
      "gnome-session-binary",
    ]
  ) {
    expect([name, isBoundary(cut(name)) || isTerminalProgram(cut(name))]).toEqual([name, true]);
    expect(isBoundary(name.slice(0, 12)) || isTerminalProgram(name.slice(0, 12))).toBe(false);
  }
  expect(isRelay(cut("my-own-very-long-relay"), "my-own-very-long-relay")).toBe(true);
});

test("BERTH_EXTRA_RELAYS adds to the relays", () => {
  expect(isRelay("mine", "other:mine")).toBe(true);
  expect(isRelay("MINE", "mine")).toBe(true);
  expect(isRelay("min", "other:mine")).toBe(false);
  expect(isRelay("mine", "")).toBe(false);
  expect(isRelay("", "::")).toBe(false);
  expect(isRelay("a b", "a b")).toBe(false);
  expect(isRelay("sudo", "mine")).toBe(true);
});

test("no name is on a list by being a part of it", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 15 }), (name) => {
    for (const is of [isWrapper, isBoundary, isTerminalProgram, isShell]) {
      if (name.trim() !== name || name === "") expect(is(name)).toBe(false);
    }
  }));
});

test.each([
  ["exlpain", "explain"],
  ["explian", "explain"],
  ["dotcor", "doctor"],
  ["hlep", "help"],
  ["ids", "id"],
  ["versoin", "version"],
])("%s most likely means %s", (word, meant) => {
  expect(nearest(word, Object.keys(COMMANDS))).toBe(meant);
});

test("nothing is near to another word", () => {
  const commands = ["id", "explain", "doctor", "help", "version"];
  for (const word of ["frobnicate", "zzz", "x".repeat(100_000), "日本語"]) {
    expect(nearest(word, commands)).toBeUndefined();
  }
  expect(nearest("id", [])).toBeUndefined();
});

test("the nearest word of any is one of the candidates, and a candidate is nearest to itself", () => {
  fc.assert(fc.property(fc.string(), fc.array(fc.string({ maxLength: 40 })), (word, candidates) => {
    const near = nearest(word, candidates);
    if (near !== undefined) expect(candidates).toContain(near);
    for (const candidate of candidates) expect(nearest(candidate, candidates)).toBe(candidate);
  }));
});
