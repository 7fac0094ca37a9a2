import { describe, expect, test } from "bun:test";
import {
  chosenServer,
  type Login,
  mayEndWithLogin,
  scopePrefix,
} from "../../../src/sessions/background/server.ts";
import { tmuxEnvironment } from "../../../src/sessions/background/tmux.ts";
import { tmuxName, tmuxPath, tmuxSession, tmuxWord } from "../../../src/sessions/background/words.ts";

describe("which server", () => {
  const TMUX = { TMUX: "/tmp/tmux-1000/default,4711,0" };
  const own = (): number | null => 1000;
  test.each(
    [
      ["our terminal is a pane of it", TMUX, true, own, 1000, "current"],
      ["the variable leaked into another terminal", TMUX, false, own, 1000, "default"],
      ["under sudo it is another user's", TMUX, true, own, 0, "default"],
      ["the socket cannot be looked at", TMUX, true, (): number | null => null, 1000, "default"],
      ["no tmux", {}, false, own, 1000, "default"],
      ["a value that is none", { TMUX: "relative,1,2" }, true, own, 1000, "default"],
      ["a socket with commas", { TMUX: "/tmp/a,b,4711,0" }, true, own, 1000, "current"],
    ] as const,
  )("%s", (_, environment, inside, owner, uid, kind) => {
    expect(chosenServer(environment, inside, owner, uid).kind).toBe(kind);
  });
});

describe("what outlives a login", () => {
  const login: Login = { isLinux: true, systemd: true, userSystemd: true, ssh: true };
  test.each<[string, Login, boolean, boolean]>([
    ["a user's own systemd: a scope of it", login, true, false],
    ["systemd without one for the user: said, over SSH", { ...login, userSystemd: false }, false, true],
    ["the same at the machine itself", { ...login, userSystemd: false, ssh: false }, false, false],
    ["no systemd: nothing ends it", { ...login, systemd: false, userSystemd: false }, false, false],
    ["another system", { ...login, isLinux: false }, false, false],
  ])("%s", (_, given, scope, said) => {
    expect(scopePrefix(given)[0] === "systemd-run").toBe(scope);
    expect(mayEndWithLogin(given, scope)).toBe(said);
    // Where that does not work it is said as well.
    expect(mayEndWithLogin(given, false)).toBe(given.ssh && given.isLinux && given.systemd);
  });
});

describe("what tmux gets", () => {
  test.each([
    ["a#(touch x).b:c;", "a__touch_x__b_c_"],
    ["日本語", "___"],
    ["auth-2", "auth-2"],
  ])("a name %j", (given, wanted) => {
    expect(tmuxName(given)).toBe(wanted);
  });

  test("a path, a word, a session", () => {
    expect(tmuxPath("/tmp/#(x)/#{y}")).toBe("/tmp/##(x)/##{y}");
    expect([tmuxWord("x;"), tmuxWord("x;y"), tmuxWord(";")]).toEqual(["x\\;", "x;y", "\\;"]);
    expect(tmuxSession("/home/me/my shop.git", "auth")).toBe("berth-my_shop_git-auth");
    expect(tmuxSession("C:\\work\\shop\\", "auth")).toBe("berth-shop-auth");
  });

  test("of the environment what a terminal needs, and no secret", () => {
    const given = {
      HOME: "/h",
      PATH: "/p",
      LC_ALL: "C",
      TOKEN: "s",
      BERTH_SESSION: "x",
      TMUX: "t",
      HOMEBREW_KEY: "k",
    };
    expect(tmuxEnvironment(given)).toEqual({ HOME: "/h", PATH: "/p", LC_ALL: "C" });
  });
});
