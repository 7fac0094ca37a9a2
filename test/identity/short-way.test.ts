/** The short way to an ID, beside the whole one: where it answers, it gives the same. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Facts, known, type TmuxPane, unknown, type Variables } from "../../src/facts/facts.ts";
import { playback, type Recording } from "../../src/facts/recording.ts";
import { shortWay } from "../../src/identity/short-way.ts";
import { root } from "../support/berth.ts";
import { decide, Machine, type Traits } from "../support/machine.ts";
import { procHost } from "../support/proc.ts";

const short = (facts: Facts) => shortWay(procHost(facts), (query) => () => facts.tmux(query));

const PTS = "/dev/pts/3";
const SOCKET = "/tmp/tmux-1000/default";
const TMUX: Variables = { TMUX: `${SOCKET},50,0`, TMUX_PANE: "%1" };
const PANE: TmuxPane = {
  session: "$0",
  window: "@0",
  pane: "%1",
  serverPid: 50,
  serverStart: "1700000000",
  paneTty: PTS,
  socket: SOCKET,
};

const SELF = 900;
/** berth below a process, as it sees the machine. */
const seenBelow = (
  machine: Machine,
  parent: number,
  variables: Variables = {},
  traits: Traits & { name?: string } = {},
) =>
  machine.add(SELF, parent, traits.name ?? "berth", { argv: ["berth", "id"], env: variables, ...traits })
    .facts(SELF, variables);

const window = () => new Machine().add(90, 1, "xterm");
const pane = () => new Machine().add(50, 1, "tmux: server", { sid: 50, tty: null }).tmux("%1", SOCKET, PANE);

describe("where it leads", () => {
  test.each<[string, Facts]>([
    ["at the prompt of a terminal", seenBelow(window().shell(100, "bash", PTS, 90), 100)],
    [
      "a login shell",
      seenBelow(
        window().shell(100, "zsh", PTS, 90).add(100, 90, "zsh", { sid: 100, tty: PTS, argv: ["-zsh"] }),
        100,
      ),
    ],
    [
      "a shell in busybox",
      seenBelow(window().add(100, 90, "busybox", { sid: 100, tty: PTS, argv: ["sh"] }), 100),
    ],
    [
      "a shell of an editor",
      seenBelow(
        window().add(100, 90, "bash", { sid: 100, tty: PTS, argv: ["bash", "--init-file", "/x y", "-i"] }),
        100,
      ),
    ],
    [
      "a shell that is told what it is",
      seenBelow(window().add(100, 90, "fish", { sid: 100, tty: PTS, argv: ["fish", "-l"] }), 100),
    ],
    [
      "in a script and make, behind sudo that hides its environment",
      seenBelow(
        window().shell(100, "bash", PTS, 90).add(101, 100, "sudo", { hidden: true }).add(102, 101, "make")
          .add(103, 102, "sh", { argv: ["sh", "-c", "x"] }),
        103,
      ),
    ],
    [
      "with what the hook has exported",
      seenBelow(window().shell(100, "bash", PTS, 90), 100, {
        BERTH_SESSION_BIND: "2,7,7,7,,,b,n,",
        TERM_PROGRAM: "x",
      }),
    ],
    [
      "a terminal far from PID 1",
      seenBelow(new Machine().add(30, 1, "gnome-shell").add(31, 30, "code").shell(100, "bash", PTS, 31), 100),
    ],
    [
      "a window that was started apart from an SSH login's shell",
      seenBelow(
        new Machine().add(20, 1, "sshd").shell(30, "bash", "/dev/pts/1", 20).add(90, 30, "xterm", {
          sid: 90,
          tty: null,
        })
          .shell(100, "bash", PTS, 90),
        100,
      ),
    ],
    [
      "below an agent and node",
      seenBelow(window().shell(100, "bash", PTS, 90).add(101, 100, "claude").add(102, 101, "node"), 102),
    ],
    ["on a console", seenBelow(window().shell(100, "bash", "/dev/tty2", 90), 100)],
    ["in a pane of tmux", seenBelow(pane().shell(100, "bash", PTS, 50, TMUX), 100, TMUX)],
    [
      "in a pane of a tmux that an SSH login started",
      seenBelow(pane().shell(100, "bash", PTS, 50, { ...TMUX, SSH_CONNECTION: "::1 1 ::1 22" }), 100, TMUX),
    ],
  ])("%s", (_, facts) => {
    expect(short(facts)).toMatch(/^(anchor|tmux)--[0-9a-f]{64}$/);
    expect(short(facts)).toBe(decide(facts).id);
  });
});

describe("where it does not, and the whole way is gone", () => {
  const shell = (env: Variables = {}, traits: Traits = {}) =>
    window().add(100, 90, "bash", { sid: 100, tty: PTS, env, ...traits });
  test.each<[string, Facts]>([
    [
      "no terminal",
      seenBelow(new Machine().add(40, 1, "cron").add(60, 40, "sh", { sid: 60, tty: null }), 60),
    ],
    ["a shell that runs something", seenBelow(shell({}, { argv: ["bash", "-c", "x; y"] }), 100)],
    ["a shell whose arguments are hidden", seenBelow(shell({}, { hidden: true }), 100)],
    ["a leader that is no shell", seenBelow(window().add(100, 90, "vim", { sid: 100, tty: PTS }), 100)],
    ["the shell is replaced by us", shell().add(100, 90, "berth", { sid: 100, tty: PTS }).facts(100)],
    ["a session of our own", seenBelow(shell(), 100, {}, { sid: SELF, tty: null })],
    [
      "another terminal outside",
      seenBelow(shell().add(90, 80, "script", { sid: 80, tty: "/dev/pts/1" }), 100),
    ],
    [
      "a terminal whose maker is not to be seen",
      seenBelow(new Machine().add(100, 77, "bash", { sid: 100, tty: PTS }), 100),
    ],
    ["a container's shell", seenBelow(new Machine().add(100, 0, "bash", { sid: 100, tty: PTS }), 100)],
    ["a parent that has a recycled PID", seenBelow(shell().change(90, { start: "99999" }), 100)],
    [
      "an SSH login",
      seenBelow(new Machine().add(20, 1, "sshd").add(90, 20, "sshd").shell(100, "bash", PTS, 90), 100),
    ],
    ["a window of screen", seenBelow(new Machine().add(90, 1, "screen").shell(100, "bash", PTS, 90), 100)],
    ["a label", seenBelow(shell(), 100, { BERTH_SESSION: "mine" })],
    ["a session that is used", seenBelow(shell(), 100, { BERTH_USE: "mine" })],
    ["a run above us", seenBelow(shell({ BERTH_SESSION: "x", BERTH_RUN: "1" }), 100)],
    ["a supervisor above us", seenBelow(shell().add(101, 100, "berth"), 101)],
    ["a supervisor of another name", seenBelow(shell().add(101, 100, "b2"), 101, {}, { name: "b2" })],
    [
      "an agent's server above us",
      seenBelow(shell().add(101, 100, "claude", { argv: ["claude", "daemon", "run"] }), 101),
    ],
    [
      "a supervisor, as another name sees it",
      seenBelow(shell().add(101, 100, "berth"), 101, {}, { name: "b2" }),
    ],
    ["a leader that is ourselves under a shell's name", shell().facts(100)],
    ["a leader that gave its terminal up", seenBelow(shell({}, { tty: null }), 100, {}, { tty: PTS })],
    [
      "a screen of another name",
      seenBelow(
        new Machine().add(90, 1, "manager", { exe: "screen" }).shell(100, "bash", PTS, 90, { STY: "90.x" }),
        100,
        { STY: "90.x" },
      ),
    ],
    ["TMUX that was taken away on the way", seenBelow(pane().shell(100, "bash", PTS, 50, TMUX), 100)],
    [
      "TMUX of another terminal",
      seenBelow(pane().add(90, 1, "xterm").shell(100, "bash", "/dev/pts/7", 90, TMUX), 100, TMUX),
    ],
    [
      "TMUX of another server at the same socket",
      seenBelow(pane().shell(100, "bash", PTS, 50), 100, { ...TMUX, TMUX: `${SOCKET},51,0` }),
    ],
    [
      "a server that says it is another one",
      seenBelow(pane().tmux("%1", SOCKET, { ...PANE, serverPid: 51 }).shell(100, "bash", PTS, 50), 100, TMUX),
    ],
    ["TMUX that is none", seenBelow(pane().shell(100, "bash", PTS, 50), 100, { TMUX: "x" })],
    [
      "a server that does not answer",
      seenBelow(
        new Machine().add(50, 1, "tmux: server", { sid: 50, tty: null }).shell(100, "bash", PTS, 50),
        100,
        TMUX,
      ),
    ],
  ])("%s", (_, facts) => {
    expect(short(facts)).toBeUndefined();
  });

  test("without a boot ID, or in a time namespace", () => {
    const machine = shell();
    for (const boot of [unknown("EACCES"), known("")]) {
      machine.boot = boot;
      expect(short(seenBelow(machine, 100))).toBeUndefined();
    }
    const facts = seenBelow(shell(), 100);
    const host = { ...procHost(facts), readLink: (path: string) => ({ ok: true as const, value: path }) };
    expect(shortWay(host, (query) => () => facts.tmux(query))).toBeUndefined();
  });
});

/** Whatever may stand in a chain: names that mean something and names that do not, mostly with nothing special. */
const rarely = <T>(usual: T, ...rest: T[]) =>
  fc.oneof({ weight: 20, arbitrary: fc.constant(usual) }, { weight: 3, arbitrary: fc.constantFrom(...rest) });
const NAMES = [
  ..."bash zsh sh fish busybox berth make node claude sudo script expect xterm sshd screen".split(" "),
  ..."login cron systemd code gnome-shell zellij".split(" "),
  "tmux: server",
  "a (b) c",
];
const linkOf = (name: fc.Arbitrary<string>, session: fc.Arbitrary<string>) =>
  fc.record({
    name,
    argv: rarely(undefined, ["-bash"], ["bash", "-l"], ["bash", "-c", "x"], ["bash", "-lc", "x"], [
      "zsh",
      "-i",
    ], ["node", "/x/claude/cli.js", "daemon", "run"]),
    session,
    env: rarely<Variables>(
      {},
      TMUX,
      { STY: "50.x" },
      { SSH_CONNECTION: "::1 1 ::1 22" },
      { BERTH_SESSION: "x", BERTH_RUN: "1" },
      { BERTH_USE: "x" },
      { ZELLIJ_SESSION_NAME: "x" },
      { TERM_PROGRAM: "x" },
      { TMUX: "" },
    ),
    start: rarely(undefined, 1, 5000),
    hidden: rarely(false, true),
  });
const anyLink = linkOf(fc.constantFrom(...NAMES), rarely("same", "none", "own", "other"));
const outside = fc.array(linkOf(fc.constantFrom(...NAMES), rarely("none", "same", "own")), { maxLength: 3 });
const chain = fc.tuple(
  fc.oneof(fc.constant([]), outside),
  linkOf(rarely("bash", ...NAMES), rarely("own", "same", "none")),
  fc.array(anyLink, { maxLength: 3 }),
).map(([outer, shell, inner]) => [...outer, shell, ...inner]);

function add(
  machine: Machine,
  pid: number,
  parent: number,
  { name, session, argv, start, ...rest }: Link,
): void {
  const sessions: Record<string, Traits> = {
    same: {},
    other: { sid: pid - 1 },
    none: { sid: pid, tty: null },
    own: { sid: pid, tty: PTS },
  };
  machine.add(pid, parent, name, {
    ...rest,
    ...sessions[session],
    ...argv === undefined ? {} : { argv },
    ...start === undefined ? {} : { start },
  });
}
type Link = typeof anyLink extends fc.Arbitrary<infer T> ? T : never;

test("on any machine it gives what the whole way gives, or nothing", () => {
  const variables = rarely<Variables>({}, TMUX, TMUX, { BERTH_HOME: "/x" }, { STY: "50.x" });
  const led = { anchor: 0, tmux: 0 };
  const property = fc.property(
    chain,
    fc.constantFrom(1, 50),
    variables,
    rarely("berth", "bash", "tmux"),
    fc.boolean(),
    (links, outermost, variables, name, container) => {
      const machine = new Machine().add(50, 1, "tmux: server", { sid: 50, tty: null }).tmux(
        "%1",
        SOCKET,
        PANE,
      );
      if (container) machine.pidNamespace = { ok: true, value: "pid:[4026532000]" };
      links.forEach((link, at) => add(machine, 100 + at, at === 0 ? outermost : 99 + at, link));
      const facts = seenBelow(machine, 99 + links.length, variables, { name });
      const found = short(facts);
      if (found === undefined) return;
      led[found.startsWith("tmux") ? "tmux" : "anchor"]++;
      expect(found).toBe(decide(facts).id);
    },
  );
  fc.assert(property, { numRuns: 10_000 });
  expect(led.anchor).toBeGreaterThan(300);
  expect(led.tmux).toBeGreaterThan(20);
});

test("on the machines that were recorded it gives what the whole way gives, or nothing", () => {
  const directory = join(root, "test", "machines");
  const led = readdirSync(directory).filter((file) => {
    const facts = playback(JSON.parse(readFileSync(join(directory, file), "utf8")) as Recording);
    const found = short(facts);
    if (found !== undefined) expect(found).toBe(decide(facts).id);
    return found !== undefined;
  });
  expect(led.toSorted()).toEqual(["make-stripped.json", "terminal.json"]);
});
