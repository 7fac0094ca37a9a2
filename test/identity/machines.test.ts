/** Real machines, recorded by `berth explain --record` in a PID namespace of their own, decided over again. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Facts, known } from "../../src/facts/facts.ts";
import { playback, recorder, type Recording } from "../../src/facts/recording.ts";
import { shellShape } from "../../src/identity/shell.ts";
import { root } from "../support/berth.ts";
import { decide, whole } from "../support/machine.ts";

const directory = join(root, "test", "machines");
const machine = (name: string): Recording =>
  JSON.parse(readFileSync(join(directory, `${name}.json`), "utf8")) as Recording;

/** IDs are in the hands of users: one that changes here loses the state of every session of that kind. */
const EXPECTED: readonly (readonly [string, string, string, string])[] = [
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
  const again = recorder(playback(recording), shellShape);
  const answer = decide(again.facts);
  // What is left of arguments decides as they did, and nothing more can be taken out of it.
  expect(again.recording().arguments).toEqual(recording.arguments);
  const played = decide(playback(JSON.parse(JSON.stringify(again.recording())) as Recording));
  expect(whole(played)).toEqual(whole(answer));
});

const idOf = (name: string) => EXPECTED.find(([other]) => other === name)?.[3];

test("contexts of one terminal are one session, others are not", () => {
  expect(idOf("make-stripped")).toBe(idOf("terminal"));
  expect(idOf("tmux-sudo-login")).toBe(idOf("tmux"));
  expect(idOf("tmux-run-shell")).toBe(idOf("tmux"));
  const all = EXPECTED.map(([, , , id]) => id);
  expect(new Set(all).size).toBe(all.length - 3);
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
