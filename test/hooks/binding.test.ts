/** What `BERTH_USE` and `BERTH_SESSION_BIND` prove, decided over machines made up for it. */
import { describe, expect, test } from "bun:test";
import type { Variables } from "../../src/facts/facts.ts";
import { known } from "../../src/facts/facts.ts";
import { decide, Machine } from "../support/machine.ts";

const LEADER = 100;
const machine = () => new Machine().shell(LEADER, "bash", "/dev/pts/3");

/** What the hook of that shell exports after `berth use`. */
function chosen(on: Machine, shell = LEADER, use = "review"): Variables {
  return { BERTH_USE: use, BERTH_SESSION_BIND: on.ask(shell).binding() };
}

const passedOver = (hints: readonly { name: string; verdict: string }[]) =>
  hints.filter(({ verdict }) => verdict === "passed over").map(({ name }) => name);

describe("a session chosen for a terminal", () => {
  test("counts for what is started there, also in a session or a terminal of its own", () => {
    const here = machine();
    const env = chosen(here);
    expect(here.ask(LEADER, env)).toMatchObject({ id: "ex--review_c9", source: "use", stable: true });
    here.add(200, LEADER, "agent", { env }).add(201, 200, "bash", {
      sid: 201,
      env,
      argv: ["bash", "-c", "x"],
    });
    expect(here.ask(201, env).source).toBe("use");
    here.add(202, 200, "bash", { sid: 202, tty: "/dev/pts/9", env, argv: ["bash", "-c", "x"] });
    expect(here.ask(202, env).source).toBe("use");
  });

  test("keeps the binding as it was, so that what is asked again below it is the same", () => {
    const here = new Machine().add(50, 1, "sshd").shell(LEADER, "bash", "/dev/pts/3", 50);
    const env = chosen(here);
    expect(env.BERTH_SESSION_BIND).toEndWith(`,${here.ask(LEADER).id}`);
    expect(here.ask(LEADER, env).binding()).toBe(env.BERTH_SESSION_BIND ?? "");
  });

  test("counts below sudo, which strips it, as an ancestor has it", () => {
    const here = machine();
    const env = chosen(here);
    here.add(200, LEADER, "sudo", { env }).add(201, 200, "bash");
    expect(here.ask(201).source).toBe("use");
  });

  test("does not count any more where the binding alone is left, whatever an outer shell was started with", () => {
    const here = machine();
    const env = chosen(here);
    const { BERTH_SESSION_BIND = "" } = env;
    here.add(200, LEADER, "bash", { env });
    expect(here.ask(200, { BERTH_SESSION_BIND })).toMatchObject({ source: "deep-anchor", hints: [] });
  });

  test("is told apart from the terminal's own", () => {
    const here = machine();
    here.add(200, LEADER, "berth");
    const facts = here.facts(200, { ...chosen(here), BERTH_SESSION: "other" });
    expect(decide(facts).source).toBe("explicit-env");
    expect(decide(facts, { terminalOnly: true })).toMatchObject({ source: "deep-anchor", hints: [] });
  });

  test.each([
    [
      "a terminal emulator started from there",
      (on: Machine) => on.add(300, LEADER, "xterm").shell(301, "bash", "/dev/pts/8", 300),
    ],
    [
      "a shell under a program nobody knows",
      (on: Machine) => on.add(300, LEADER, "newterm").shell(301, "zsh", "/dev/pts/8", 300),
    ],
    [
      "a pane of a new tmux server",
      (on: Machine) =>
        on.add(300, 1, "tmux: server", { sid: 300, tty: null }).shell(301, "bash", "/dev/pts/8", 300),
    ],
    [
      "a login over ssh that sent the variables",
      (on: Machine) => on.add(300, 1, "sshd", { sid: 300, tty: null }).shell(301, "bash", "/dev/pts/8", 300),
    ],
    ["the next terminal of that number", (on: Machine) => on.end(LEADER).shell(301, "bash", "/dev/pts/3")],
  ])("does not count in %s", (_, open) => {
    const here = machine();
    const env = chosen(here);
    const there = open(here).ask(301, env);
    expect(there.source).not.toBe("use");
    expect(passedOver(there.hints)).toEqual(["BERTH_USE"]);
  });

  test.each([
    ["another host", (on: Machine) => void (on.boot = known("99999999-1111-2222-3333-444444444444"))],
    ["a container", (on: Machine) => void (on.pidNamespace = known("pid:[4026532000]"))],
  ])("does not count on %s, though process and start time agree", (_, move) => {
    const here = machine();
    const env = chosen(here);
    move(here);
    expect(here.ask(LEADER, env).source).toBe("deep-anchor");
  });

  test.each([
    ["without a binding", { BERTH_USE: "review" }],
    ["with a binding that is none", { BERTH_USE: "review", BERTH_SESSION_BIND: "garbage" }],
    ["with another start time", {
      BERTH_USE: "review",
      BERTH_SESSION_BIND: "1,100,1,100,/dev/pts/3,x,y,anchor",
    }],
  ])("does not count %s", (_, env) => {
    const there = machine().ask(LEADER, env);
    expect(there.source).toBe("deep-anchor");
    expect(passedOver(there.hints)).toEqual(["BERTH_USE"]);
  });

  test("does not count where it can be no session's name", () => {
    const here = machine();
    const there = here.ask(LEADER, { ...chosen(here), BERTH_USE: "a\u0001b" });
    expect(there).toMatchObject({ source: "deep-anchor" });
  });

  test("counts after the shell is gone, for what it left behind", () => {
    const here = machine();
    const env = chosen(here);
    here.add(200, LEADER, "job", { env }).end(LEADER).change(200, { tty: null });
    const left = here.ask(200, env, { tty: null });
    expect(left).toMatchObject({ id: "ex--review_c9", source: "use", anchor: { pid: LEADER } });
    expect(left.binding()).toBe(env.BERTH_SESSION_BIND ?? "");
  });
});

describe("the binding alone", () => {
  test("keeps the ID of a login whose shell is gone", () => {
    const here = new Machine().add(50, 1, "sshd").shell(LEADER, "bash", "/dev/pts/3", 50);
    const { id } = here.ask(LEADER);
    const env = { BERTH_SESSION_BIND: here.ask(LEADER).binding() };
    here.add(200, LEADER, "job", { env }).end(LEADER).change(200, { tty: null });
    expect(here.ask(200, env, { tty: null })).toMatchObject({ id, source: "binding" });
  });

  test("keeps what a terminal left running its own while the shell lives; after that it is a job of its own", () => {
    const here = machine();
    const { id } = here.ask(LEADER);
    const env = { BERTH_SESSION_BIND: here.ask(LEADER).binding() };
    here.add(200, 1, "npm run dev", { sid: 200, tty: null, env });
    expect(here.ask(200, env)).toMatchObject({ id, source: "binding", stable: true });
    // `env -i` takes ours away, not that of whoever is above.
    expect(here.ask(200)).toMatchObject({ id, source: "binding" });
    here.end(LEADER);
    expect(here.ask(200, env)).toMatchObject({ source: "deep-anchor", anchor: { pid: 200 } });
  });

  test.each<[string, (on: Machine, env: Variables) => Machine]>([
    ["a service, which has a control group of its own", (on, env) => {
      return on.add(200, 1, "job", { sid: 200, tty: null, env, cgroup: "0::/system.slice/x.service\n" });
    }],
    [
      "what another user runs",
      (on, env) => on.add(200, 1, "job", { sid: 200, tty: null, env, user: "1001" }),
    ],
    ["what is below an editor", (on, env) => {
      return on.add(150, 1, "emacs", { sid: 150, tty: null, env }).add(200, 150, "sh", { env });
    }],
    ["what is below a daemon", (on, env) => {
      return on.add(150, 1, "node", {
        sid: 150,
        tty: null,
        env,
        argv: ["node", "/p/nx/src/daemon/server.js"],
      })
        .add(200, 150, "sh", { env });
    }],
    ["what a job server runs", (on, env) => {
      return on.add(150, 1, "cron", { sid: 150, tty: null, env }).add(200, 150, "sh", { sid: 200, env });
    }],
  ])("does not make a terminal's what it is not: %s", (_, add) => {
    const here = machine();
    const { id } = here.ask(LEADER);
    const env = { BERTH_SESSION_BIND: here.ask(LEADER).binding() };
    expect(add(here, env).ask(200, env, { tty: null }).id).not.toBe(id);
  });

  test("names the terminal where the session is given outright", () => {
    const here = machine();
    const own = here.ask(LEADER).binding();
    expect(own).not.toBe("");
    expect(here.ask(LEADER, { BERTH_SESSION: "my-session" })).toMatchObject({ id: "ex--my-session_01" });
    expect(here.ask(LEADER, { BERTH_SESSION: "my-session" }).binding()).toBe(own);
  });
});
