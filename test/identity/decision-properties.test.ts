import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Variables } from "../../src/facts/facts.ts";
import { decide, Machine, whole } from "../support/machine.ts";

/** Processes as they stand between a terminal's shell and us: a name, and what it is of a session's. */
const LINKS = [
  "make",
  "npm run x",
  "node",
  "git",
  "sudo",
  "timeout",
  "env",
  "xargs",
  "setsid",
  "strace",
  "script.sh",
] as const;

const WRAPPERS = new Set<string>(["sudo", "timeout", "env", "xargs", "setsid", "strace"]);

interface Link {
  readonly name: string;
  readonly argv?: readonly string[];
  /** `same` session, a `new` one without a terminal, or an `own` terminal for one command. */
  readonly session: "same" | "new" | "own";
}

const link: fc.Arbitrary<Link> = fc.oneof(
  fc.record({ name: fc.constantFrom(...LINKS), session: fc.constantFrom("same", "new", "own") }),
  fc.record({
    name: fc.constantFrom("sh", "bash", "dash", "zsh"),
    argv: fc.constantFrom(["sh", "-c", "x"], ["bash", "-lc", "x"], ["sh", "script"], [
      "bash",
      "-e",
      "script",
    ]),
    session: fc.constantFrom("same", "new", "own"),
  }),
);
const links = fc.array(link, { maxLength: 8 });

/** Names that we might be called by: a copy, a link, a busybox of somebody's. */
const ownName = fc.constantFrom(
  "berth",
  "bash",
  "sudo",
  "sshd",
  "tmux: server",
  "xterm",
  "cron",
  "node",
  "a (b) c",
);

/** Put links below a process; the first gets PID 200. @returns the innermost one */
function below(machine: Machine, parent: number, chain: readonly Link[]): number {
  let inner = parent;
  for (const [index, { name, argv, session }] of chain.entries()) {
    const pid = 200 + index;
    const own = session === "same" ? {} : { sid: pid, tty: session === "own" ? `/dev/pts/${pid}` : null };
    machine.add(pid, inner, name, { ...own, ...argv === undefined ? {} : { argv } });
    inner = pid;
  }
  return inner;
}

const PTS = "/dev/pts/3";
const terminal = () => new Machine().add(90, 1, "xterm").shell(100, "bash", PTS, 90);
const job = () =>
  new Machine().add(40, 1, "cron").add(60, 40, "sh", { sid: 60, tty: null, argv: ["sh", "-c", "x"] });

test("whatever stands between us and the shell of a terminal, the ID is that of its prompt", () => {
  const id = terminal().ask(100).id;
  fc.assert(fc.property(links, ownName, (chain, name) => {
    const machine = terminal();
    expect(machine.ask(below(machine, 100, chain), {}, { name }).id).toBe(id);
  }));
});

test("whatever a job starts, it is one job", () => {
  const id = job().ask(60).id;
  fc.assert(fc.property(links, ownName, (chain, name) => {
    const machine = job();
    expect(machine.ask(below(machine, 60, chain), {}, { name }).id).toBe(id);
  }));
});

test("we are the anchor only of what we are all of, and for a job no wrapper is", () => {
  const root = fc.constantFrom("terminal", "job", "nothing");
  fc.assert(fc.property(root, links, ownName, fc.boolean(), (root, chain, name, ownTerminal) => {
    const machine = root === "terminal" ? terminal() : root === "job" ? job() : new Machine();
    const parent = below(machine, root === "terminal" ? 100 : root === "job" ? 60 : 1, chain);
    const own = ownTerminal ? { pid: 950_000, sid: 950_000, tty: "/dev/pts/77" } : {};
    const answer = machine.ask(parent, {}, { name, ...own });
    // Alone, or with wrappers only, we are the whole job.
    const passing = chain.every(({ name, session }) => WRAPPERS.has(name) && session !== "own");
    const alone = root === "nothing" && passing && !(ownTerminal && chain.length === 0);
    if (alone || root !== "nothing") expect((answer.anchor?.pid ?? 0) >= 900_000).toBe(alone);
    if (answer.anchor !== null && answer.anchor.tty === null) {
      if (!alone) expect(WRAPPERS).not.toContain(answer.anchor.name);
    }
    if (alone || root !== "nothing") expect(answer.stable).toBe(!alone);
  }));
});

test("two terminals are two, whatever runs in them", () => {
  fc.assert(fc.property(links, links, (one, other) => {
    const machine = terminal().add(91, 1, "xterm").shell(101, "bash", "/dev/pts/4", 91);
    const first = machine.ask(below(machine, 100, one)).id;
    const second = machine.ask(below(machine, 101, other)).id;
    expect(first).not.toBe(second);
  }));
});

test("an interactive shell in a terminal of its own is another one, unless a relay carries it", () => {
  fc.assert(fc.property(links, fc.constantFrom("unknown-term", "agent", "make", "xterm"), (chain, maker) => {
    const machine = terminal();
    machine.add(300, below(machine, 100, chain), maker).shell(301, "zsh", "/dev/pts/30", 300);
    expect(machine.ask(301).anchor?.pid).toBe(301);
  }));
});

/** Any table at all: parents that are not there, sessions of nobody, rings. */
const anything = fc.array(
  fc.record({
    pid: fc.integer({ min: 1, max: 12 }),
    ppid: fc.integer({ min: 0, max: 12 }),
    sid: fc.integer({ min: 0, max: 12 }),
    tty: fc.constantFrom(null, null, "/dev/pts/1", "/dev/pts/2", "/dev/tty1"),
    start: fc.nat(40),
    name: fc.constantFrom(
      "bash",
      "sh",
      "sudo",
      "script",
      "sshd",
      "tmux: server",
      "screen",
      "make",
      "cron",
      "berth",
      "",
    ),
    hidden: fc.boolean(),
    argv: fc.constantFrom(["x"], ["x", "-c", "y"], [], ["x", "y"]),
  }),
  { maxLength: 14 },
);

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("1.x", "/s,1,0", "1.2.3.4 5 6.7.8.9 22"),
);
const variables = fc.record(
  {
    BERTH_USE: text,
    BERTH_SESSION_BIND: fc.oneof(text, fc.constant("1,1,4,1,/dev/pts/1,b,n,anchor")),
    BERTH_EXTRA_RELAYS: text,
    TMUX: text,
    TMUX_PANE: text,
    STY: text,
    ZELLIJ_SESSION_NAME: text,
    SSH_CONNECTION: text,
    SSH_CLIENT: text,
    TERM_SESSION_ID: text,
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Variables>;

test("any process table and any variables have an answer, the same one every time", () => {
  fc.assert(
    fc.property(anything, fc.integer({ min: 0, max: 12 }), variables, (table, self, variables) => {
      const machine = new Machine();
      for (const { pid, ppid, name, ...traits } of table) {
        machine.add(pid, ppid, name, { ...traits, env: variables });
      }
      const facts = machine.facts(self, variables);
      const answer = decide(facts);
      expect(answer.id).toMatch(/^[A-Za-z0-9._-]+--[A-Za-z0-9._-]+$/);
      expect(answer.id.length).toBeLessThanOrEqual(80);
      if (answer.source === "uuid-fallback") expect(answer.stable).toBe(false);
      if (!answer.stable) expect(answer.unstable).not.toBe("");
      expect(answer.chain.length).toBeLessThanOrEqual(100);
      const again = decide(machine.facts(self, variables));
      expect(whole(again)).toEqual(whole(answer));
    }),
    { numRuns: 2000 },
  );
});

test("a variable that leaked here is never the reason for another ID", () => {
  fc.assert(fc.property(variables, (variables) => {
    // Nothing of what these could name is on this machine.
    expect(terminal().ask(100, variables).id).toBe(terminal().ask(100).id);
  }));
});

/** A program as it may be named: by the kernel, by what it was called as, or by its executable alone. */
const naming = fc.constantFrom("name", "called", "executable", "wrapped");

test("a terminal emulator is one by any of its names", () => {
  fc.assert(
    fc.property(links, fc.constantFrom("xterm", "kitty", "foot", "login"), naming, (chain, emulator, by) => {
      const machine = terminal();
      const parent = below(machine, 100, chain);
      const traits = {
        name: { argv: ["x"], exe: "x" },
        called: { argv: [`/opt/${emulator}`], exe: "x" },
        executable: { argv: ["x"], exe: emulator },
        wrapped: { argv: ["x"], exe: `.${emulator}-wrapped` },
      }[by];
      machine.add(300, parent, by === "name" ? emulator : "unheard-of", traits)
        .add(301, 300, "sh", { sid: 301, tty: "/dev/pts/30", argv: ["sh", "-c", "x"] });
      expect(machine.ask(301).anchor?.pid).toBe(301);
    }),
  );
});

test("a shell that lets its last command take its place changes nothing, wherever it stands", () => {
  fc.assert(fc.property(links, fc.constantFrom("terminal", "job"), fc.boolean(), (chain, root, own) => {
    const start = root === "terminal" ? terminal : job;
    const traits = own ? { sid: 400, tty: "/dev/pts/40" } : {};
    const before = start();
    const parent = below(before, root === "terminal" ? 100 : 60, chain);
    before.add(400, parent, "bash", { ...traits, argv: ["bash", "-c", "a; b"] });
    const shell = before.facts(400).process(400);
    const began = shell.ok ? Number(shell.value.start) : 0;
    const after = start();
    const same = below(after, root === "terminal" ? 100 : 60, chain);
    expect(after.ask(same, {}, { ...traits, pid: 400, start: began }).id).toBe(before.ask(400).id);
  }));
});

test("two leaders never share an ID, though one has the other's variables and was left running by it", () => {
  fc.assert(fc.property(links, fc.constantFrom("xterm", "tmux: server", "sshd", "newterm"), (one, maker) => {
    const machine = terminal();
    const inner = below(machine, 100, one);
    const first = machine.ask(inner);
    const env = { BERTH_SESSION_BIND: machine.ask(100).binding(), BERTH_USE: "mine" };
    machine.add(300, 1, maker, { sid: 300, tty: null, env }).shell(301, "bash", "/dev/pts/30", 300, env);
    const second = machine.ask(301, env);
    expect(second.id).not.toBe(first.id);
    expect(second.source).not.toBe("use");
  }));
});

test("a run's session is never that of a terminal which the run opened", () => {
  const env = { BERTH_SESSION: "uuid--00000000-0000-4000-8000-000000000000", BERTH_RUN: "1" };
  fc.assert(fc.property(links, fc.constantFrom("xterm", "newterm", "tmux: server"), (chain, maker) => {
    const machine = terminal();
    machine.add(150, 100, "berth").add(160, 150, "make", { env });
    const inner = below(machine, 160, chain);
    expect(machine.ask(inner, env).id).toBe(env.BERTH_SESSION);
    machine.add(300, inner, maker, { sid: 300, tty: null, env }).shell(301, "bash", "/dev/pts/30", 300, env);
    expect(machine.ask(301, env).id).not.toBe(env.BERTH_SESSION);
  }));
});
