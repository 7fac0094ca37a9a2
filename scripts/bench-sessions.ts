/** Figures of the store and of named sessions, as rows of `npm run bench`. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { median, type Row } from "./measure.ts";

const ROUNDS = 31;
const SESSIONS = 10_000;

/** Milliseconds that a command takes. @throws Error with what it said when it fails */
function timed(command: readonly string[], cwd: string, env: Record<string, string>): number {
  const started = performance.now();
  const done = Bun.spawnSync([...command], { cwd, env, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const took = performance.now() - started;
  if (!done.success) throw new Error(`${command.join(" ")} failed: ${done.stderr}`);
  return took;
}

/** Milliseconds until a command's program runs: until the time that `date`, at its end, prints. */
function untilStart(command: readonly string[], cwd: string, env: Record<string, string>): number {
  const started = performance.timeOrigin + performance.now();
  const done = Bun.spawnSync([...command, "date", "+%s.%N"], { cwd, env, stdin: "ignore", stderr: "pipe" });
  if (!done.success) throw new Error(`${command.join(" ")} failed: ${done.stderr}`);
  return Number(done.stdout.toString()) * 1000 - started;
}

/** What is run in one round's repository, in an order of its own. */
function commands(directory: string, berth: string, repository: string): Record<string, readonly string[]> {
  return {
    empty: [`${directory}/empty`],
    "rev-parse": ["git", "rev-parse", "HEAD"],
    "worktree add": ["git", "worktree", "add", "-q", "-b", "plain", `${repository}.plain`],
    new: [berth, "new", "made"],
  };
}

/**
 * Medians and rows for `berth new` and `berth run`.
 *
 * Every round has a repository and a store of its own, with a session in each, and none is removed before the end: more
 * worktrees make both sides slower, and where many files were deleted within the last minute ext4 takes up to ten times
 * as long to make one (`recently_deleted` in fs/ext4/ialloc.c).
 */
export function sessions(
  directory: string,
  berth: string,
  rounds = ROUNDS,
): { medians: Map<string, number>; rows: Row[] } {
  const times = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round++) {
    const repository = `${directory}/repository-${round}`;
    const env = { PATH: process.env["PATH"] ?? "", HOME: directory, BERTH_HOME: `${repository}.store` };
    const once = (...command: string[]) => timed(command, repository, env);
    mkdirSync(repository);
    for (let file = 0; file < 50; file++) writeFileSync(`${repository}/${file}.txt`, `${file}\n`.repeat(100));
    once("git", "init", "-q");
    once("git", "add", "-A");
    once("git", "-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-q", "-m", "first");
    once(berth, "new", "runner");
    for (
      const [name, command] of Object.entries(commands(directory, berth, repository)).toSorted(() =>
        Math.random() - 0.5
      )
    ) {
      const took = once(...command);
      // The first round is for the caches.
      if (round > 0) times.set(name, [...times.get(name) ?? [], took]);
    }
    const starts = {
      date: untilStart([], repository, env),
      run: untilStart([berth, "run", "runner", "--"], repository, env),
    };
    for (const [name, took] of Object.entries(starts)) times.set(name, [...times.get(name) ?? [], took]);
  }
  return {
    medians: new Map([...times].map(([name, values]) => [name, median(values)])),
    rows: [
      {
        what: "berth new",
        of: ["new"],
        against: ["worktree add", "rev-parse", "rev-parse", "rev-parse", "empty", "empty", "empty"],
        budget: 1,
      },
      {
        what: "berth run before the command starts",
        of: ["run"],
        against: ["empty", "empty", "empty", "date"],
        budget: 1,
      },
    ],
  };
}

/** A repository with fifty files and a commit, in which `call` runs a command. */
export function repositoryAt(repository: string, home: string) {
  const identity = Object.fromEntries(
    ["AUTHOR", "COMMITTER"].flatMap((who) => [
      [`GIT_${who}_NAME`, "bench"],
      [`GIT_${who}_EMAIL`, "bench@localhost"],
    ]),
  );
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    BERTH_HOME: `${repository}.store`,
    ...identity,
  };
  const call = (...command: string[]) => timed(command, repository, env);
  mkdirSync(repository);
  for (let file = 0; file < 50; file++) writeFileSync(`${repository}/${file}.txt`, `${file}\n`.repeat(100));
  call("git", "init", "-q", "-b", "main");
  call("git", "add", "-A");
  call("git", "commit", "-q", "-m", "first");
  return call;
}

/** Put a commit on the branch of a worktree. */
function work(call: ReturnType<typeof repositoryAt>, tree: string, file = "work.txt"): void {
  writeFileSync(`${tree}/${file}`, "work\n");
  call("git", "-C", tree, "add", "-A");
  call("git", "-C", tree, "commit", "-q", "-m", "work");
}

/** Where the session "finished" has its worktree. */
function worktreeOf(berth: string, repository: string, home: string): string {
  const env = { HOME: home, BERTH_HOME: `${repository}.store`, PATH: process.env["PATH"] ?? "" };
  const words = [berth, "path", "--worktree", "finished"];
  return Bun.spawnSync(words, { cwd: repository, env }).stdout.toString().trim();
}

/** What git does in place of `berth finish`. */
const three = (git: ReturnType<typeof repositoryAt>, repository: string): number =>
  git("git", "merge", "-q", "--no-edit", "finished") +
  git("git", "worktree", "remove", `${repository}.finished`) + git("git", "branch", "-q", "-d", "finished");

/** Medians and rows for what ends a session. Each round has repositories of its own, as in `sessions`. */
export function ends(
  directory: string,
  berth: string,
  rounds = ROUNDS,
): { medians: Map<string, number>; rows: Row[] } {
  const times = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round++) {
    const [ours, plain] = [`${directory}/ends-${round}`, `${directory}/ends-plain-${round}`];
    const [call, git] = [repositoryAt(ours, directory), repositoryAt(plain, directory)];
    for (const name of ["finished", "destroyed"]) {
      call(berth, "new", name);
      git("git", "worktree", "add", "-q", "-b", name, `${plain}.${name}`);
    }
    work(call, worktreeOf(berth, ours, directory));
    work(git, `${plain}.finished`);
    const [moved, movedPlain] = [`${directory}/moved-${round}`, `${directory}/moved-plain-${round}`];
    const [callMoved, gitMoved] = [repositoryAt(moved, directory), repositoryAt(movedPlain, directory)];
    callMoved(berth, "new", "finished");
    gitMoved("git", "worktree", "add", "-q", "-b", "finished", `${movedPlain}.finished`);
    work(callMoved, worktreeOf(berth, moved, directory));
    work(gitMoved, `${movedPlain}.finished`);
    work(callMoved, moved, "base.txt");
    work(gitMoved, movedPlain, "base.txt");
    const all: Record<string, () => number> = {
      empty: () => git(`${directory}/empty`),
      "rev-parse": () => git("git", "rev-parse", "HEAD"),
      "worktree remove": () => git("git", "worktree", "remove", `${plain}.destroyed`),
      "git's three": () => three(git, plain),
      "git's three, moved": () => three(gitMoved, movedPlain),
      finish: () => call(berth, "finish", "finished"),
      "finish, moved": () => callMoved(berth, "finish", "finished"),
      destroy: () => call(berth, "destroy", "destroyed", "--cleanup"),
    };
    for (const [name, run] of Object.entries(all).toSorted(() => Math.random() - 0.5)) {
      const took = run();
      if (round > 0) times.set(name, [...times.get(name) ?? [], took]);
    }
  }
  const several = (name: string, count: number) => Array<string>(count).fill(name);
  return {
    medians: new Map([...times].map(([name, values]) => [name, median(values)])),
    rows: [
      {
        what: "berth destroy --cleanup",
        of: ["destroy"],
        against: ["worktree remove", ...several("rev-parse", 4), ...several("empty", 3)],
        budget: 1,
      },
      {
        what: "berth finish",
        of: ["finish"],
        against: ["git's three", ...several("rev-parse", 8), ...several("empty", 3)],
        budget: 1,
      },
      {
        what: "berth finish, the base moved on",
        of: ["finish, moved"],
        against: ["git's three, moved", ...several("rev-parse", 8), ...several("empty", 3)],
        budget: 1.5,
      },
    ],
  };
}

/** Milliseconds that `berth list` takes of a thousand and of ten thousand sessions. */
export function lists(directory: string, berth: string): readonly [thousand: number, tenThousand: number] {
  const store = `${directory}/list-store`;
  const env = { PATH: process.env["PATH"] ?? "", HOME: directory, BERTH_HOME: store };
  const once = (...command: string[]) => timed(command, directory, env);
  once(berth, "set", "key", "value", "--session-id", "model");
  const model = `${store}/sessions/ex--model_93.session.json`;
  const text = readFileSync(model, "utf8");
  const fill = (from: number, to: number) => {
    for (let number = from; number < to; number++) {
      const id = `uuid--${String(number).padStart(8, "0")}-0000-4000-8000-000000000000`;
      writeFileSync(`${store}/sessions/${id}.session.json`, text.replaceAll("ex--model_93", id), {
        mode: 0o600,
      });
    }
  };
  const list = () => median([1, 2, 3].map(() => once(berth, "list", "--json")));
  fill(0, SESSIONS / 10);
  const thousand = list();
  fill(SESSIONS / 10, SESSIONS);
  return [thousand, list()];
}
