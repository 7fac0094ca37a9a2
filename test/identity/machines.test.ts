/** Real machines, recorded by `berth explain --record` in a PID namespace of their own, decided over again. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Facts, known } from "../../src/facts/facts.ts";
import { playback, recorder, type Recording } from "../../src/facts/recording.ts";
import { argumentShape } from "../../src/identity/shape.ts";
import { root } from "../support/berth.ts";
import { decide, Machine, whole } from "../support/machine.ts";

const directory = join(root, "test", "machines");
const machine = (name: string): Recording =>
  JSON.parse(readFileSync(join(directory, `${name}.json`), "utf8")) as Recording;

/** IDs are in the hands of users: one that changes here loses the state of every session of that kind. */
const EXPECTED: readonly (readonly [string, string, string, string])[] = [
  [
    "claude-bg-agent",
    "deep-anchor",
    "claude 20780",
    "anchor--5cf71154315c0a741738699e87a4cbf1c64de155c8c99d6f1c10a33a160268c0",
  ],
  [
    "claude-orphan",
    "binding",
    " 18984",
    "tmux--2a0c1e9b1a83a2d094bac4eac529cecaded51cc0d0c9ffd10b77c33a9feee726",
  ],
  [
    "claude-sandbox-1",
    "binding",
    " 18984",
    "tmux--2a0c1e9b1a83a2d094bac4eac529cecaded51cc0d0c9ffd10b77c33a9feee726",
  ],
  [
    "claude-sandbox-2",
    "binding",
    " 18984",
    "tmux--2a0c1e9b1a83a2d094bac4eac529cecaded51cc0d0c9ffd10b77c33a9feee726",
  ],
  [
    "claude-tool",
    "tmux",
    "bash 18984",
    "tmux--2a0c1e9b1a83a2d094bac4eac529cecaded51cc0d0c9ffd10b77c33a9feee726",
  ],
  [
    "cline-hub",
    "deep-anchor",
    "cline 21068",
    "anchor--32040e38efe64ef607f94e6b6b962f64437e15f2302c8bec27f9fa42a2ed5e0b",
  ],
  [
    "codex-daemon-first-pane-gone",
    "deep-anchor",
    "codex 20207",
    "anchor--007b79b1663350499c7e17d15e26d3c43d80ab17deb829750ef2984fce33c097",
  ],
  [
    "codex-daemon-first-pane",
    "deep-anchor",
    "codex 20207",
    "anchor--007b79b1663350499c7e17d15e26d3c43d80ab17deb829750ef2984fce33c097",
  ],
  [
    "codex-daemon-other-pane",
    "deep-anchor",
    "codex 20207",
    "anchor--007b79b1663350499c7e17d15e26d3c43d80ab17deb829750ef2984fce33c097",
  ],
  [
    "codex-sandbox-1",
    "binding",
    " 18984",
    "tmux--2a0c1e9b1a83a2d094bac4eac529cecaded51cc0d0c9ffd10b77c33a9feee726",
  ],
  [
    "codex-sandbox-2",
    "binding",
    " 18984",
    "tmux--2a0c1e9b1a83a2d094bac4eac529cecaded51cc0d0c9ffd10b77c33a9feee726",
  ],
  [
    "job",
    "deep-anchor",
    "bash 1",
    "anchor--26ed22e0cebbbfecb795f5966ef4d73bf29f73057ff4ca4f450cc44a341fa5f7",
  ],
  [
    "make-stripped",
    "deep-anchor",
    "bash 9",
    "anchor--556edc0371f4721be7238d1551349b0d298d99b78c2f58993b1abb0626653a75",
  ],
  [
    "prompt-c",
    "tmux",
    "bash 18984",
    "tmux--2a0c1e9b1a83a2d094bac4eac529cecaded51cc0d0c9ffd10b77c33a9feee726",
  ],
  [
    "prompt-d",
    "tmux",
    "bash 19010",
    "tmux--6f50ff26265bf69c834dae1672e0afc1a6af2b50ac630997c8575a2e16757eaa",
  ],
  [
    "screen",
    "screen",
    "bash 283",
    "screen--62ca1fe3533cb2dcbad95b97ac9067314b70819b25f98c8bfe88c07fe03dfc54",
  ],
  [
    "script",
    "deep-anchor",
    "bash 130",
    "anchor--07193dbe6958be6dea0e72192b1b949f5966480ec24ec9e58caf05a2d3717204",
  ],
  [
    "ssh-command",
    "ssh-env",
    "sshd 300",
    "ssh--8199d1a5c75eb206dfc400b14ddccf41981734b52d66755c43619bbe7dd22e58",
  ],
  [
    "ssh-terminal",
    "ssh-env",
    "bash 408",
    "ssh--5056c1c4f4fbe812e3f07ca0250aea90fd99f848771c0f83e42c32d82cfc61b5",
  ],
  [
    "sudo-login",
    "deep-anchor",
    "bash 20",
    "anchor--23e9d6f4fb889f1db17bbdd0752c98ed92a8013126f18097169430b745e6a8ae",
  ],
  [
    "terminal",
    "deep-anchor",
    "bash 9",
    "anchor--556edc0371f4721be7238d1551349b0d298d99b78c2f58993b1abb0626653a75",
  ],
  [
    "tmux-run-shell",
    "tmux",
    "sh 269",
    "tmux--354ca5dac9289d2bbbce971039b4d256febdabe7ac16dad17c547d499940d992",
  ],
  [
    "tmux-sudo-login",
    "tmux",
    "bash 140",
    "tmux--354ca5dac9289d2bbbce971039b4d256febdabe7ac16dad17c547d499940d992",
  ],
  ["tmux", "tmux", "bash 140", "tmux--354ca5dac9289d2bbbce971039b4d256febdabe7ac16dad17c547d499940d992"],
  [
    "zellij-env-i",
    "zellij",
    "bash 5712",
    "zellij--40f217d9cab9888d011d1f227a45f1cba980b8c439f5524711c30af1346bfb9f",
  ],
  [
    "zellij-other-session",
    "zellij",
    "bash 12467",
    "zellij--4034b177fa73f76d720f972340ae33bfba86a6fda0885649cf3579318b841166",
  ],
  [
    "zellij-renamed",
    "zellij",
    "bash 5712",
    "zellij--40f217d9cab9888d011d1f227a45f1cba980b8c439f5524711c30af1346bfb9f",
  ],
  [
    "zellij-run-exec",
    "zellij",
    "berth 9612",
    "zellij--40f217d9cab9888d011d1f227a45f1cba980b8c439f5524711c30af1346bfb9f",
  ],
  [
    "zellij-second-pane",
    "zellij",
    "bash 5712",
    "zellij--40f217d9cab9888d011d1f227a45f1cba980b8c439f5524711c30af1346bfb9f",
  ],
  [
    "zellij-shell",
    "zellij",
    "bash 5712",
    "zellij--40f217d9cab9888d011d1f227a45f1cba980b8c439f5524711c30af1346bfb9f",
  ],
  [
    "zellij-sudo-i",
    "zellij",
    "bash 5712",
    "zellij--40f217d9cab9888d011d1f227a45f1cba980b8c439f5524711c30af1346bfb9f",
  ],
];

test("every recording has its expectation", () => {
  const recorded = readdirSync(directory).map((file) => file.replace(".json", "")).sort();
  expect(EXPECTED.map(([name]) => name).toSorted()).toEqual(recorded);
});

test.each(EXPECTED)("%s is %s, by %s: %s", (name, source, anchor, id) => {
  const answer = decide(playback(machine(name)));
  expect(answer).toMatchObject({ id, source, stable: true });
  expect(`${answer.anchor?.name} ${answer.anchor?.pid}`).toBe(anchor);
});

test.each(EXPECTED)("%s, recorded again, is the same machine", (name) => {
  const recording = machine(name);
  const again = recorder(playback(recording), argumentShape);
  const answer = decide(again.facts);
  // What is left of arguments decides as they did, and nothing more can be taken out of it.
  expect(again.recording().arguments).toEqual(recording.arguments);
  const played = decide(playback(JSON.parse(JSON.stringify(again.recording())) as Recording));
  expect(whole(played)).toEqual(whole(answer));
});

const idOf = (name: string) => EXPECTED.find(([other]) => other === name)?.[3];

/** Recordings that are one session, by the one that shows it best. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  "terminal": ["make-stripped"],
  "tmux": ["tmux-sudo-login", "tmux-run-shell"],
  // Codex CLI 0.171 and Claude Code 2.1.332 in a tmux pane whose shell loaded the hook.
  "prompt-c": [
    "claude-tool",
    "claude-orphan",
    "claude-sandbox-1",
    "claude-sandbox-2",
    "codex-sandbox-1",
    "codex-sandbox-2",
  ],
  // What Codex's server runs, for the pane that started it, for another one, and after the first is gone.
  "codex-daemon-first-pane": ["codex-daemon-other-pane", "codex-daemon-first-pane-gone"],
  // A real zellij 0.45.1.
  "zellij-shell": [
    "zellij-env-i",
    "zellij-renamed",
    "zellij-run-exec",
    "zellij-second-pane",
    "zellij-sudo-i",
  ],
};

test("contexts of one terminal are one session, others are not", () => {
  for (const [name, others] of Object.entries(SAME)) {
    for (const other of others) expect([other, idOf(other)]).toEqual([other, idOf(name)]);
  }
  const same = Object.values(SAME).flat().length;
  expect(new Set(EXPECTED.map(([, , , id]) => id)).size).toBe(EXPECTED.length - same);
});

describe("what an agent's server runs", () => {
  const inConversation = (name: string, thread: string) => {
    const recording = machine(name);
    return decide(playback({ ...recording, variables: { ...recording.variables, CODEX_THREAD_ID: thread } }))
      .id;
  };

  test("is of its conversation, whichever pane it was for", () => {
    const id = inConversation("codex-daemon-first-pane", "one");
    expect(inConversation("codex-daemon-other-pane", "one")).toBe(id);
    expect(inConversation("codex-daemon-first-pane-gone", "one")).toBe(id);
    expect(inConversation("codex-daemon-first-pane", "two")).not.toBe(id);
    expect([idOf("prompt-c"), idOf("prompt-d"), idOf("codex-daemon-first-pane")]).not.toContain(id);
  });

  test("is nothing of the terminal's, though it has that terminal", () => {
    expect(idOf("cline-hub")).not.toBe(idOf("prompt-d"));
    const recording = machine("cline-hub");
    // Without its arguments it is a program like any other.
    const hidden = decide(playback({ ...recording, arguments: {} }));
    expect(hidden.id).toBe(idOf("prompt-d") ?? "");
  });
});

describe("a sandbox", () => {
  const sandbox = (changes: (recording: Recording) => Partial<Recording>) => {
    const recording = machine("codex-sandbox-1");
    return decide(playback({ ...recording, ...changes(recording) }));
  };
  const without = { variables: {}, environments: {} };

  test("without a binding is nothing that lasts", () => {
    expect(sandbox(() => without)).toMatchObject({ source: "deep-anchor", stable: false });
  });

  test("with another boot's binding is nothing that lasts", () => {
    expect(sandbox(() => ({ boot: known("another-boot") }))).toMatchObject({ stable: false });
  });

  test("that is a container, with a PID 1 of its own, does not believe what leaked into it", () => {
    const init = { pid: 1, ppid: 0, name: "node", sid: 1, tty: null, start: "520116" };
    const container = (recording: Recording) => ({
      processes: { ...recording.processes, 1: known(init) },
      arguments: { ...recording.arguments, 1: known(["node"]) },
      executables: { ...recording.executables, 1: known("node") },
    });
    expect(sandbox(container)).toMatchObject({ source: "deep-anchor", stable: false });
    expect(sandbox((recording) => ({ ...container(recording), ...without }))).toMatchObject({ stable: true });
  });

  test("in a container is believed when a stream is the binding's terminal, by number and by devpts", () => {
    const processes = (recording: Recording) => {
      const found = Object.entries(recording.processes).map(([pid, process]) =>
        [
          pid,
          process.ok ? known({ ...process.value, name: "init", tty: "/dev/pts/2", sid: 0 }) : process,
        ] as const
      );
      return { ...recording.processes, ...Object.fromEntries(found) };
    };
    const on = (tty: string, within: string) =>
      sandbox((recording) => ({
        processes: processes(recording),
        arguments: {},
        executables: {},
        terminals: { "/proc/4/fd/0": known({ tty, within }) },
      }));
    expect(on("/dev/pts/2", "0:24")).toMatchObject({ id: idOf("prompt-c"), source: "binding", stable: true });
    expect(on("/dev/pts/2", "0:99")).toMatchObject({ source: "deep-anchor", stable: false });
    expect(on("/dev/pts/3", "0:24")).toMatchObject({ source: "deep-anchor", stable: false });
  });
});

/** A machine with one more process in between: the child's parent is a new one of the child's session. */
function withAnother(recording: Recording, child: number, name: string, argv: readonly string[]): Recording {
  const processes = { ...recording.processes };
  const below = processes[child];
  if (!below?.ok) throw new Error(`No process ${child} in the recording`);
  const pid = 1_000_000;
  const parent = processes[below.value.ppid];
  const { sid = 0, tty = null } = parent?.ok ? parent.value : {};
  processes[pid] = known({ pid, ppid: below.value.ppid, name, sid, tty, start: below.value.start });
  processes[child] = known({ ...below.value, ppid: pid });
  return {
    ...recording,
    processes,
    environments: { ...recording.environments, [pid]: known({}) },
    arguments: { ...recording.arguments, [pid]: known(argv) },
  };
}

test.each(EXPECTED)(
  "%s stays what it is with a wrapper or a script's shell above us",
  (name, source, _, id) => {
    const recording = machine(name);
    for (
      const [added, argv] of [["timeout", ["timeout", "9"]], ["nohup", ["nohup"]], ["make", ["make"]], [
        "sh",
        ["sh", "-c", "…"],
      ]] as const
    ) {
      const changed = withAnother(recording, recording.self, added, argv);
      expect(decide(playback(changed))).toMatchObject({ id, source });
    }
  },
);

test.each(EXPECTED)("%s stays what it is when we are called otherwise", (name, source, _, id) => {
  const recording = machine(name);
  const self = recording.processes[recording.self];
  for (const called of ["bash", "sudo", "sshd", "screen", "cron", "a) S (b"]) {
    if (!self?.ok) throw new Error("Not in its own recording");
    const processes = { ...recording.processes, [recording.self]: known({ ...self.value, name: called }) };
    expect(decide(playback({ ...recording, processes }))).toMatchObject({ id, source });
  }
});

test("after another boot every one of them is another session", () => {
  for (const [name, , , id] of EXPECTED) {
    const facts: Facts = { ...playback(machine(name)), boot: known("another-boot") };
    expect(decide(facts).id).not.toBe(id);
  }
});

test.each([
  ["/usr/bin/unbuffer", ["tclsh8.6", "unbuffer"]],
  ["/home/somebody/secret.tcl", ["tclsh8.6"]],
])(
  "the script that an interpreter runs is recorded where it is one that is known: %s",
  (script, recorded) => {
    const machine = new Machine().add(90, 1, "xterm").shell(100, "bash", "/dev/pts/3", 90)
      .add(101, 100, "tclsh8.6", { argv: ["tclsh8.6", script, "password"] })
      .add(102, 101, "bash", { sid: 102, tty: "/dev/pts/4" })
      .add(900, 102, "berth");
    const { facts, recording } = recorder(machine.facts(900), argumentShape);
    const answer = decide(facts);
    expect(recording().arguments[101]).toEqual(known(recorded));
    expect(decide(playback(recording())).id).toBe(answer.id);
  },
);
