/** What must hold after a fault at any point. */
import { readdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import type { Changing } from "./changing.ts";
import type { Ended, World } from "./world.ts";

/** What a person sees of a machine where nothing was disturbed. */
export interface Expected {
  readonly before: string;
  readonly after: string;
  /** What the main checkout's `git status` says, and what it says where the command was through with it. */
  readonly checkout: string;
  readonly checkoutAfter: string;
}

export const seen = (command: Changing, world: World): string => JSON.stringify(command.see(world));

/** Where `info/exclude` cannot be written, the folder of the worktrees shows: untidy, and nothing is lost. */
export const checkoutOf = (world: World): string =>
  [
    world.git("status", "--porcelain").replace("?? .worktrees/\n", ""),
    world.text("project", "mine.txt"),
    world.text("project", "file.txt"),
  ]
    .join("\0");

/** @returns what does not hold, nothing where all is well */
export function faultsAfter(command: Changing, world: World, ended: Ended, expected: Expected): string[] {
  const wrong: string[] = [];
  const hold = (what: string, holds: boolean) => void (holds ? undefined : wrong.push(what));
  if (/^ +at |\$bunfs|TypeError|Internal error|please report/m.test(ended.err)) {
    wrong.push(`said: ${ended.err.trim()}`);
  }
  if (ended.status !== null && ended.status !== 0) {
    hold("a failure says nothing", `${ended.out}${ended.err}`.trim() !== "");
  }
  readers(world, command.damaged === true, hold);
  age(world);
  const fixed = doctorFix(world);
  hold(`doctor --fix ended with ${fixed.status}: ${fixed.out}${fixed.err}`, fixed.status === 0);
  const again = world.call("doctor", "--json");
  hold(
    `doctor still finds ${again.out}`,
    again.status === 0 && !/"fixed":false/.test(broken(again.out, command)),
  );
  const now = attempt(() => seen(command, world));
  const isMiddle = ![expected.before, expected.after].includes(now) && isBetween(command, world, ended, now);
  hold(
    `it is neither as before nor as after: ${now}`,
    isMiddle || [expected.before, expected.after].includes(now),
  );
  // Done, and what could not be cleared away or noted was told.
  const told = command.memory === true || /warning: .* stays: |warning: not noted/.test(ended.err);
  const said = command.said?.(ended) ?? ended.status === 0;
  hold(
    `it said done, and is ${now}`,
    !said || now === expected.after || (told && (isMiddle || now === expected.before)),
  );
  hold("what was kept before is gone", world.call("get", "--session-id", "keep", "k").out === "kept\n");
  const next = world.call("set", "--session-id", "next", "k", "1");
  hold(`the next command ended with ${next.status}: ${next.err}`, next.status === 0);
  const left = temporary(world);
  hold(`left behind: ${left.join(" ")}`, left.length === 0);
  const links = world.run(["find", ".worktrees", "-maxdepth", "1", "-xtype", "l"]).out.trim();
  hold(`links that lead nowhere: ${links}`, links === "");
  const fsck = world.run(["git", "fsck", "--no-dangling", "--no-progress"]);
  hold(`git fsck: ${fsck.out}${fsck.err}`, fsck.status === 0);
  hold("the main checkout changed", isCheckoutFine(command, world, expected));
  const locks = world.names("project", ".git").filter((name) => name.endsWith(".lock")).filter((name) =>
    !GITS_OWN.includes(name)
  );
  const own = command.mergesInto === undefined ? [] : ["!", "-path", ".git/refs/heads/main.lock"];
  const deeper = world.run(["find", ".git/refs", ".git/worktrees", "-name", "*.lock", ...own]).out.trim();
  hold(`locks of git's are left: ${locks.join(" ")} ${deeper}`, locks.length === 0 && deeper === "");
  return wrong;
}

/** Whether it is as a fault may leave it, or comes to that by what a person does then. */
function isBetween(command: Changing, world: World, { status }: Ended, now: string): boolean {
  const { between, undone } = command;
  if (between === undefined || (undone === true && status !== null)) return false;
  const expected = JSON.stringify(between(world));
  return now === expected || attempt(() => seen(command, world)) === expected;
}

/** What git leaves locked when it is killed is its user's to clear away: nobody can tell it from a git at work. */
const GITS_OWN = ["packed-refs.lock", "config.lock", "index.lock", "HEAD.lock", "ORIG_HEAD.lock"];

/** As before or after; where git dies while it merges into it, also with the merge's files and not yet its commit. */
function isCheckoutFine({ mergesInto }: Changing, world: World, expected: Expected): boolean {
  if ([expected.checkout, expected.checkoutAfter].includes(attempt(() => checkoutOf(world)))) return true;
  if (mergesInto === undefined || world.text("project", "mine.txt") !== "not committed\n") return false;
  return world.run(["git", "--no-optional-locks", "diff", "--quiet", mergesInto, "--", "."]).status === 0;
}

/** Git leaves its lock of the packed refs when it is killed, and says what to do; so a person does it. */
function doctorFix(world: World): Ended {
  const fixed = world.call("doctor", "--fix", "--json");
  if (!/packed-refs\.lock': File exists/.test(fixed.out)) return fixed;
  world.run(["rm", ".git/packed-refs.lock"]);
  return world.call("doctor", "--fix", "--json");
}

function readers(world: World, damaged: boolean, hold: (what: string, holds: boolean) => void): void {
  for (const args of [["list", "--json"], ["show", "--session-id", "keep"], ["archives", "--json"]]) {
    const { status, out, err } = world.call(...args);
    hold(`${args[0]} ended with ${status}: ${err}`, status === 0);
    hold(`${args[0]} names damage: ${out}`, damaged || !/"damaged":\[\{/.test(out));
  }
}

/** The findings of doctor that are broken things, without its notes on the machine. */
const broken = (out: string, { damaged }: Changing): string => {
  const { findings = [] } = JSON.parse(out) as { findings?: { code: string }[] };
  return JSON.stringify(
    findings.filter(({ code }) =>
      !/^(no_|tmux_|namespace|pid_|worktree_missing)/.test(code) &&
      !(damaged === true && code === "quarantined_record")
    ),
  );
};

/** As if somebody came a while later: who writes under no lock may be at work still. */
function age(world: World): void {
  const then = Date.now() / 1000 - 3600;
  for (const name of unfinished(world)) utimesSync(join(world.store, name), then, then);
}

const unfinished = (world: World): string[] =>
  world.names("store", ".").length === 0
    ? []
    : readdirSync(world.store, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.(tmp|new)\b|(^|\/)\.#|~$/.test(name)
    );

/** Files of ours that nobody writes any more, and names in quarantine that nothing was moved to. */
const temporary = (world: World): string[] => [
  ...unfinished(world),
  ...world.names("store", "quarantine").map((name) => join("quarantine", name)).filter((name) =>
    statSync(join(world.store, name)).size === 0
  ),
];

function attempt(work: () => string): string {
  try {
    return work();
  } catch (error) {
    return String(error);
  }
}
