/** Every hint is typed as it stands, in the state that brought the error forth, and gets one step further. */
import { expect, test } from "bun:test";
import { chownSync, existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { asideOf } from "../../src/sessions/git/aside.ts";
import { berth, until } from "../support/berth.ts";
import { BerthError } from "../../src/errors/errors.ts";
import { backgroundErrors } from "../../src/errors/background.ts";
import { mergeErrors } from "../../src/errors/merge.ts";
import { sessionsErrors } from "../../src/errors/sessions.ts";
import { createManager } from "../../src/sessions/manager.ts";
import { openStore } from "../../src/store/open.ts";
import { at, gitBy, type Project, project } from "../support/project.ts";
import { background, supervisor } from "../support/runs.ts";
import { machineOf } from "../support/store.ts";
import { commit } from "../support/work.ts";

interface Case {
  readonly code: string;
  /** What leads to the state; where the command is typed, if that is not the root. */
  readonly prepare: (p: Project, tree: string) => Promise<unknown> | unknown;
  readonly args: readonly string[];
  /** Which of the hint's commands are typed, as a sequence; all without it. */
  readonly typed?: readonly number[];
  /** Whether the command itself must go through afterwards. */
  readonly again?: boolean;
  readonly how?: "empty" | "none";
  /** What the command is to meet of its environment, and the hint's are not. */
  readonly env?: (p: Project, tree: string) => Record<string, string>;
  /** Where it is typed, if that is not the root. */
  readonly from?: "worktree";
  /** With what the last of the hint's commands ends, where that is not 0: it leads into the step. */
  readonly ends?: number;
}

const CLEANUP = ["destroy", "auth", "--cleanup"];
const work = (_: Project, tree: string) => writeFileSync(join(tree, "new"), "work");

const CASES: readonly Case[] = [
  { code: "name_taken", prepare: () => {}, args: ["new", "auth"] },
  ...[[], ["--worktree"]].map((how) => ({
    code: "name_taken",
    prepare: async (p: Project) => {
      await p.ok("finish", "auth");
      await p.ok("new", "auth");
    },
    args: ["restore", "auth", ...how],
  })),
  { code: "branch_exists", prepare: (p) => p.git("branch", "feature/x"), args: ["new", "x"] },
  { code: "no_such_branch", prepare: () => {}, args: ["new", "y", "--existing-branch", "nope"] },
  { code: "branch_checked_out", prepare: () => {}, args: ["new", "z", "--existing-branch", "main"] },
  {
    code: "branch_not_ours",
    prepare: async (p) => {
      await p.git("branch", "topic");
      await p.ok("new", "b", "--existing-branch", "topic");
    },
    args: ["destroy", "b", "--cleanup", "--delete-branch"],
  },
  { code: "branch_in_use", prepare: () => {}, args: ["destroy", "auth", "--delete-branch"] },
  { code: "work_at_risk", prepare: work, args: CLEANUP, typed: [0], again: true },
  { code: "work_at_risk", prepare: work, args: CLEANUP, typed: [1, 2] },
  {
    code: "branch_unmerged",
    prepare: (p, tree) => commit(p, tree, "own"),
    args: [...CLEANUP, "--delete-branch"],
  },
  {
    code: "worktree_missing",
    prepare: (_, tree) => rmSync(tree, { recursive: true }),
    args: ["run", "auth", "--", "true"],
    typed: [0, 1],
  },
  {
    code: "worktree_moved",
    prepare: (p, tree) => p.git("worktree", "move", tree, join(p.home, "elsewhere")),
    args: CLEANUP,
    again: true,
  },
  {
    code: "worktree_broken",
    prepare: (_, tree) => rmSync(join(tree, ".git")),
    args: ["run", "auth", "--", "true"],
    again: true,
  },
  {
    code: "worktrees_inside",
    prepare: (p, tree) => p.git("-C", tree, "worktree", "add", "-q", join(tree, "inner"), "-b", "inner"),
    args: CLEANUP,
    again: true,
  },
  {
    code: "session_running",
    prepare: async (p) => {
      supervisor(p, "run", "auth", "--", "sleep", "600");
      await until(
        "the run",
        async () => (await p.session("auth")).run?.state === "ACTIVE" ? true : undefined,
      );
    },
    args: CLEANUP,
    again: true,
  },
  {
    code: "ROLE_TAKEN",
    prepare: (p) => p.ok("new", "r", "--no-worktree", "--role", "reviewer"),
    args: ["new", "r2", "--no-worktree", "--role", "reviewer"],
    again: true,
  },
  { code: "not_a_repository", prepare: () => {}, args: ["new", "a"], how: "none" },
  { code: "no_commits", prepare: () => {}, args: ["new", "a"], how: "empty", again: true },
  { code: "no_command", prepare: (p) => p.ok("new", "n", "--no-worktree"), args: ["resume", "n"], typed: [] },
  {
    code: "place_taken",
    prepare: async (p, tree) => {
      work(p, tree);
      await p.ok(...CLEANUP, "--force");
      writeFileSync(tree, "mine");
    },
    args: ["restore", "auth", "--worktree"],
  },
  {
    code: "nothing_removed",
    prepare: (p) => p.ok("destroy", "auth"),
    args: ["restore", "auth", "--worktree"],
  },
  { code: "no_such_session", prepare: () => {}, args: ["show", "nobody"] },
  {
    code: "no_such_archive",
    prepare: () => {},
    args: ["restore", "nobody"],
  },
];

/** A change of what is stored, as a process of some other time or place has left it. */
function edit(p: Project, change: (record: Record<string, unknown>) => void): void {
  const [name = ""] = p.stored("sessions");
  const path = join(p.store, "sessions", name);
  const record = JSON.parse(readFileSync(path, "utf8"));
  change(record);
  writeFileSync(path, JSON.stringify(record));
}

const write = (directory: string, name: string, text: string) => writeFileSync(join(directory, name), text);
const hooks = (tree: string, text: string) => write(tree, ".berth.json", `{"hooks": ${text}}`);
const committed = async (p: Project, tree: string, name: string, text: string) => {
  write(tree, name, text);
  await p.git("-C", tree, "add", ".");
  await p.git("-C", tree, "commit", "-qm", text);
};

async function remote(p: Project, name: string, branch: string): Promise<void> {
  const path = join(p.home, `${name}.git`);
  await p.git("clone", "-q", "--bare", p.root, path);
  await p.git("-C", path, "branch", branch, "main");
  await p.git("remote", "add", name, path);
  await p.git("fetch", "-q", name);
}

/** Of names and limits, and of what stands in the way of a branch. */
const MAKING: readonly Case[] = [
  {
    code: "MAX_SESSIONS",
    prepare: (p) => p.ok("config", "limits.sessions", "1"),
    args: ["new", "b"],
    again: true,
  },
  { code: "no_such_ref", prepare: () => {}, args: ["new", "b", "--base", "nope"] },
  { code: "branch_on_remote", prepare: (p) => remote(p, "origin", "feature/x"), args: ["new", "x"] },
  {
    code: "branch_on_remotes",
    prepare: async (p) => {
      await remote(p, "origin", "topic");
      await remote(p, "fork", "topic");
    },
    args: ["new", "t", "--existing-branch", "topic"],
    again: true,
  },
  {
    code: "not_a_named_session",
    prepare: (p) => p.ok("--session-id", "build", "set", "k", "v"),
    args: ["destroy", "build"],
  },
  {
    code: "bad_workspace_file",
    prepare: (p) => p.write("sessions.json", "{"),
    args: ["import", "sessions.json"],
  },
];

/** Of what runs, and of steps that somebody began. */
const RUNNING: readonly Case[] = [
  {
    code: "session_unfinished",
    prepare: (p) =>
      edit(p, (record) => {
        const by = { pid: 1, start: "1", bootId: "another" };
        record["pending"] = { kind: "destroy", by, cleanup: false, commit: null };
      }),
    args: ["run", "auth", "--", "true"],
  },
  {
    code: "stop_unseen",
    prepare: async (p) => {
      await p.ok("run", "auth", "--", "true");
      edit(p, (record) => Object.assign(record["run"] as object, { state: "ACTIVE", pidNamespace: "1" }));
    },
    args: ["stop", "auth"],
  },
  {
    code: "wait_ended",
    prepare: (p) => p.ok("run", "auth", "--", "true"),
    args: ["wait", "auth", "--until", "waiting"],
  },
  {
    code: "worktree_occupied",
    prepare: async (p, tree) => {
      const { pid } = background(p, ["sh", "-c", 'cd "$1" && exec sleep 600', "sh", tree]);
      await until("it to stand there", () => readlinkSync(`/proc/${pid}/cwd`) === tree ? true : undefined);
    },
    args: CLEANUP,
  },
  { code: "in_own_worktree", prepare: () => {}, args: CLEANUP, from: "worktree", again: true },
  { code: "no_log", prepare: () => {}, args: ["logs", "auth"] },
];

/** Of removals and what is kept of them. */
const REMOVING: readonly Case[] = [
  {
    code: "work_too_large",
    prepare: async (p, tree) => {
      await p.ok("config", "limits.removedMB", "1");
      writeFileSync(join(tree, "large"), new Uint8Array(3 << 20));
    },
    args: [...CLEANUP, "--force"],
    again: true,
  },
  {
    code: "work_lost",
    prepare: async (p, tree) => {
      write(tree, "new", "work");
      await p.ok(...CLEANUP, "--force");
      const ref = (await p.git("for-each-ref", "--format=%(refname)", "refs/berth")).trim();
      await p.git("update-ref", "-d", ref);
    },
    args: ["restore", "auth", "--worktree"],
  },
  {
    code: "worktree_unreadable",
    prepare: (_, tree) => mkdirSync(join(tree, "closed")),
    env: (p) => {
      const says = `echo "warning: could not open directory 'closed/': Permission denied" >&2`;
      return gitBy(p, `"$GIT" "$@" || exit; case "$*" in *" --ignored="*) ${says};; esac`)
        .env;
    },
    args: CLEANUP,
    again: true,
  },
  {
    code: "destroy_unfinished",
    prepare: () => {},
    env: (p, tree) =>
      gitBy(
        p,
        `case "$*" in *"worktree remove"*) rm "${asideOf(tree)}/file.txt"; exit 1;; esac; exec "$GIT" "$@"`,
      )
        .env,
    args: CLEANUP,
  },
];

/** Of a project's hooks. */
const HOOK: readonly Case[] = [
  { code: "no_hooks", prepare: () => {}, args: ["trust"] },
  { code: "bad_hooks", prepare: (_, tree) => hooks(tree, "7"), args: ["trust", "auth"] },
  { code: "no_such_hook", prepare: () => {}, args: ["hook", "run", "auth", "post-create"] },
  {
    code: "hook_not_trusted",
    prepare: (_, tree) => hooks(tree, '{"post-create": "true"}'),
    args: ["hook", "run", "auth", "post-create"],
    again: true,
  },
  {
    code: "hook_ended",
    prepare: async (p, tree) => {
      hooks(tree, '{"post-create": "false"}');
      await p.ok("trust", "auth");
    },
    args: ["hook", "run", "auth", "post-create"],
  },
  {
    code: "hook_failed",
    prepare: async (p, tree) => {
      await committed(p, tree, ".berth.json", '{"hooks": {"pre-destroy": "false"}}');
      await p.ok("trust", "auth");
    },
    args: CLEANUP,
  },
];

const FINISH = ["finish", "auth"];

/** Of a session's normal end. */
const FINISHING: readonly Case[] = [
  {
    code: "worktree_refused",
    prepare: async (p, tree) => {
      await committed(p, tree, "own", "ours");
      rmSync(join(tree, ".git"));
    },
    args: FINISH,
    again: true,
  },
  {
    code: "no_base",
    prepare: async (p) => {
      await p.git("tag", "v1");
      await p.ok("new", "b", "--base", "v1");
    },
    args: ["finish", "b"],
  },
  { code: "no_worktree", prepare: (p) => p.ok("new", "n", "--no-worktree"), args: ["finish", "n"] },
  { code: "finish_work", prepare: work, args: FINISH },
  { code: "finish_work", prepare: (p, tree) => p.git("-C", tree, "bisect", "start"), args: FINISH },
  {
    code: "finish_work",
    prepare: (p, tree) => p.git("worktree", "lock", tree),
    args: FINISH,
    again: true,
  },
  {
    code: "finish_work",
    prepare: async (p, tree) => {
      await p.git("-C", tree, "switch", "-q", "--detach");
      await committed(p, tree, "own", "ours");
    },
    args: FINISH,
    again: true,
  },
  {
    code: "base_only_remote",
    prepare: async (p) => {
      await p.git("init", "-q", "--bare", "../remote");
      await p.git("remote", "add", "origin", "../remote");
      await p.git("push", "-q", "origin", "main");
      await p.git("switch", "-qc", "elsewhere");
      await p.git("branch", "-D", "main");
    },
    args: [...FINISH, "--into", "origin/main"],
  },
  {
    code: "base_gone",
    prepare: async (p, tree) => {
      await committed(p, tree, "own", "ours");
      await p.git("switch", "-q", "--detach");
      await p.git("worktree", "add", "-q", "../gone", "main");
      await p.git("worktree", "lock", "../gone");
      rmSync(join(p.root, "../gone"), { recursive: true });
    },
    args: FINISH,
    again: true,
  },
  {
    code: "base_gone",
    prepare: async (p, tree) => {
      await committed(p, tree, "own", "ours");
      await p.git("switch", "-q", "--detach");
      await p.git("worktree", "add", "-q", "../broken", "main");
      rmSync(join(p.root, "../broken/.git"));
    },
    args: FINISH,
    again: true,
  },
  {
    code: "finish_unrelated",
    prepare: async (p) => {
      await p.git("switch", "-q", "--orphan", "other");
      await p.git("commit", "-q", "--allow-empty", "-m", "other");
    },
    args: [...FINISH, "--into", "other"],
    again: true,
  },
  {
    code: "finish_nothing",
    prepare: (p, tree) => p.git("-C", tree, "commit", "-q", "--allow-empty", "-m", "empty"),
    args: [...FINISH, "--squash"],
  },
  {
    code: "finish_nobody",
    prepare: async (p, tree) => {
      await committed(p, tree, "own", "ours");
      rmSync(join(p.home, ".gitconfig"));
      await p.git("config", "user.useConfigOnly", "true");
    },
    args: [...FINISH, "--merge"],
    again: true,
  },
  {
    code: "finish_branch_gone",
    prepare: async (p, tree) => {
      await committed(p, tree, "own", "ours");
      await p.git("update-ref", "-d", "refs/heads/feature/auth");
    },
    args: FINISH,
    again: true,
  },
  {
    code: "finish_detached",
    prepare: (p, tree) => p.git("-C", tree, "switch", "-q", "--detach"),
    args: FINISH,
  },
  {
    code: "finish_conflict",
    prepare: async (p, tree) => {
      await committed(p, tree, "file.txt", "ours");
      await committed(p, p.root, "file.txt", "theirs");
    },
    args: FINISH,
    ends: 1,
  },
  {
    code: "finish_not_ahead",
    prepare: async (p, tree) => {
      await committed(p, tree, "own", "ours");
      await committed(p, p.root, "other", "theirs");
    },
    args: [...FINISH, "--ff"],
    typed: [0],
  },
  {
    code: "base_dirty",
    prepare: async (p, tree) => {
      await committed(p, tree, "file.txt", "ours");
      p.write("file.txt", "dirty");
    },
    args: FINISH,
  },
  {
    code: "base_locked",
    prepare: async (p, tree) => {
      await committed(p, tree, "own", "ours");
      p.write(".git/index.lock", "");
    },
    args: FINISH,
    again: true,
  },
  {
    code: "base_busy",
    prepare: async (p, tree) => {
      await committed(p, tree, "own", "ours");
      await p.git("branch", "side");
      await committed(p, p.root, "other", "theirs");
      await p.git("checkout", "-q", "side");
      await committed(p, p.root, "third", "side");
      await p.git("checkout", "-q", "main");
      await p.git("merge", "-q", "--no-commit", "--no-ff", "side");
    },
    args: FINISH,
  },
  {
    code: "base_needs_checkout",
    prepare: async (p, tree) => {
      await committed(p, tree, "own", "ours");
      await committed(p, p.root, "other", "theirs");
      await p.git("checkout", "-qb", "elsewhere");
      const hook = join(p.root, ".git/hooks/pre-merge-commit");
      mkdirSync(join(p.root, ".git/hooks"), { recursive: true });
      writeFileSync(hook, "#!/bin/sh\n", { mode: 0o755 });
    },
    args: FINISH,
  },
];

const ALL = [...CASES, ...MAKING, ...RUNNING, ...REMOVING, ...HOOK, ...FINISHING];

/** Failures whose hint is typed elsewhere, or by nobody, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  dubious_ownership: "below: only root can bring it about",
  git_missing: "below: without git no other command of a project works either",
  worktree_has_mounts: "test/sessions/steps/in-the-way.test.ts: in a mount namespace of its own",
  worktree_fixed: "test/sessions/steps/stuck.test.ts: as somebody for whom permissions hold",
  wait_refused: "test/sessions/process/refused.test.ts: by strace",
  not_in_background: "test/sessions/background/background.test.ts: in tmux",
  invalid_transition: "below: the library brings it forth, and no command",
  cleanup_failed: "below: by a cleaner that fails, which a program that uses the library has",
  finish_half: "below: once somebody has put right what it names",
};

test("every failure of sessions whose hint holds a command has a case", () => {
  const tables = { ...sessionsErrors(), ...mergeErrors(), ...backgroundErrors() };
  const wanted = Object.entries(tables).filter(([, { hint, example }]) =>
    commandsIn((hint as (data: unknown) => string)(example)).length > 0
  );
  const typed = new Set([...ALL.map(({ code }) => code), ...Object.keys(OTHERWISE)]);
  expect(wanted.map(([code]) => code).filter((code) => !typed.has(code))).toEqual([]);
  expect(Object.keys(OTHERWISE).filter((code) => !wanted.some(([one]) => one === code))).toEqual([]);
});

/** The commands of a hint. */
const commandsIn = (hint: string): string[] =>
  [...hint.matchAll(/"([^"]+)"/g)].flatMap(([, words = ""]) =>
    /^(berth|git|kill|cd|mv|umount|ls|ps|chmod|rm) /.test(words) ? [words] : []
  );

test.each(ALL)("$code: $args", async ({ code, prepare, args, ...one }) => {
  const { typed, again, how, env = () => ({}), from, ends = 0 } = one;
  const p = await project(how ?? "commit");
  let tree = "";
  if (how === undefined) {
    await p.ok("new", "auth");
    tree = await p.worktree("auth");
  }
  await prepare(p, tree);
  const end = args.indexOf("--");
  const words = [berth, ...end < 0 ? [...args, "--json"] : args.toSpliced(end, 0, "--json")];
  const type = () => p.in(from === "worktree" ? tree : p.root, words, { env: env(p, tree) });
  const { stderr, status } = await type();
  expect(status).not.toBe(0);
  const { error } = JSON.parse(stderr);
  expect([error.code, error.message]).toEqual([code, expect.any(String)]);
  const commands = commandsIn(error.hint);
  const chosen = [...typed ?? commands.keys()];
  for (const at of chosen) {
    const words = (commands[at] ?? "").replace(/^berth\b/, `"${berth}"`);
    expect(words).not.toBe("");
    const status = at === chosen.at(-1) ? ends : 0;
    expect([words, await p.in(p.root, ["sh", "-c", words])]).toMatchObject([words, { status }]);
  }
  if (again === true) expect(await p.berth(...args)).toMatchObject({ status: 0 });
}, 60_000);

/** The failure that a piece of work ends with. */
const thrown = (work: Promise<unknown>): Promise<BerthError> =>
  work.then(() => {
    throw new Error("expected a failure, and there was none");
  }, (error) => {
    if (error instanceof BerthError) return error;
    throw error;
  });

/** Type every command of a hint, each of which must succeed. */
async function typeAll(p: Project, hint: string): Promise<string> {
  const commands = commandsIn(hint);
  expect(commands).not.toEqual([]);
  let said = "";
  for (const words of commands) {
    const line = words.replace(/^berth\b/, `"${berth}"`);
    const { stdout, stderr, status } = await p.in(p.root, ["sh", "-c", line]);
    expect([words, status, stderr]).toEqual([words, 0, expect.any(String)]);
    said += stdout;
  }
  return said;
}

/** A program that uses the library, and is gone by now, over the project's store; a run of it is about to end. */
async function endingRun(p: Project, cleaner: () => Promise<void>) {
  const gone = { pid: 10, start: "100", bootId: "another boot" };
  const manager = createManager({
    store: openStore({ directory: p.store, environment: {}, command: "test" }),
    newUuid: () => crypto.randomUUID(),
    clock: () => new Date(),
    cleaner,
    log: () => {},
    machine: () => machineOf({}),
    findMarked: () => [],
    processesAt: () => [],
    lookAround: () => ({ occupants: [], ownMounts: [], mounts: [] }),
    mountsBelow: () => [],
    self: gone,
  });
  const { id } = await manager.create({ root: p.root, name: "auth" });
  await manager.beginSpawn(id, ["program"]);
  await manager.attach(id, { ...gone, pid: 20 });
  await manager.markTerminating(id, "ended");
  return { manager, id };
}

test("invalid_transition: what is asked of a run out of turn", async () => {
  const p = await project();
  const { manager, id } = await endingRun(p, () => Promise.resolve());
  const { code, hint } = await thrown(manager.heartbeat(id));
  expect(code).toBe("invalid_transition");
  expect(await typeAll(p, hint)).toContain("TERMINATING");
});

test("cleanup_failed: the next try is the command line's", async () => {
  const p = await project();
  const { manager, id } = await endingRun(p, () => Promise.reject(new Error("Permission denied")));
  const { code, hint } = await thrown(manager.completeCleanup(id, { exitCode: 0, status: "idle" }));
  expect([code, (await p.session("auth")).run?.state]).toEqual(["cleanup_failed", "TERMINATING"]);
  await typeAll(p, hint);
  expect((await p.session("auth")).run?.state).toBe("CLEANED");
});

test("finish_half: once the file is committed that a hook left, it goes", async () => {
  const p = await project();
  await p.ok("new", "auth");
  const tree = await p.worktree("auth");
  await committed(p, tree, "file.txt", "ours");
  mkdirSync(join(p.root, ".git/hooks"), { recursive: true });
  const hook = join(p.root, ".git/hooks/post-merge");
  writeFileSync(hook, `#!/bin/sh\necho left > ${tree}/left\n`, { mode: 0o755 });
  const { stderr } = await p.berth("finish", "auth", "--json");
  const { code, hint } = JSON.parse(stderr).error;
  expect([code, existsSync(tree)]).toEqual(["finish_half", true]);
  rmSync(hook);
  await p.git("-C", tree, "add", ".");
  await p.git("-C", tree, "commit", "-qm", "left");
  await typeAll(p, hint);
  expect([existsSync(tree), await p.git("show", "main:left")]).toEqual([false, "left\n"]);
});

test("without git: a session without a worktree", async () => {
  const p = await project();
  const bare = { env: { PATH: join(p.home, "none") } };
  const { stderr, status } = await p.in(p.root, [berth, "new", "a", "--json"], bare);
  const { code, hint } = JSON.parse(stderr).error;
  expect([code, status]).toEqual(["git_missing", 1]);
  const words = (commandsIn(hint)[0] ?? "").split(" ").slice(1);
  expect(await p.in(p.root, [berth, ...words], bare)).toMatchObject({ status: 0 });
});

test("a repository that belongs to somebody else: git's own command for it, or a pair in the environment", async () => {
  // Only root can give a directory away.
  if (process.geteuid?.() !== 0) return;
  const p = await project();
  for (const path of [p.root, join(p.root, ".git")]) chownSync(path, 12345, 12345);
  const { code, status, message } = await p.refused("new", "a");
  expect([code, status]).toEqual(["dubious_ownership", 6]);
  expect(message).toContain("user 12345");
  const pairs = { GIT_CONFIG_COUNT: "2", GIT_CONFIG_KEY_0: "core.bare", GIT_CONFIG_VALUE_0: "true" };
  const trusted = { ...pairs, GIT_CONFIG_KEY_1: "safe.directory", GIT_CONFIG_VALUE_1: "*" };
  expect((await p.in(p.root, [berth, "new", "a"], { env: trusted })).status).toBe(0);
  const hint = JSON.parse((await p.berth("new", "b", "--json")).stderr).error.hint;
  await p.in(p.root, ["sh", "-c", commandsIn(hint)[0] ?? ""]);
  await p.ok("new", "b");
});

test("a bare repository is no obstacle where git looks for none by itself", async () => {
  const p = await project("bare");
  const tree = await p.git("hash-object", "-t", "tree", "-w", "/dev/null");
  await p.git("update-ref", "HEAD", (await p.git("commit-tree", "-m", "one", tree.trim())).trim());
  await p.in(p.home, ["git", "config", "--global", "safe.bareRepository", "explicit"]);
  await p.ok("new", "auth");
  await p.ok("run", "auth", "--", "git", "status");
  await p.ok("destroy", "auth", "--cleanup", "--delete-branch");
});

test("settings of the repository that speak against worktrees: one in whose own configuration they stand", async () => {
  const p = await project();
  await p.git("config", "extensions.worktreeConfig", "true");
  await p.git("config", "--worktree", "core.bare", "false");
  await p.git("config", "core.bare", "true");
  await p.ok("new", "auth");
  expect(await p.ok("run", "auth", "--", "git", "rev-parse", "--show-toplevel")).toBe(
    `${await p.worktree("auth")}\n`,
  );
  writeFileSync(join(await p.worktree("auth"), "new"), "work");
  await p.ok(...CLEANUP, "--force");
  await p.ok("restore", "auth", "--worktree");
  expect(readFileSync(join(await p.worktree("auth"), "new"), "utf8")).toBe("work");
});

test.each([
  ["process", "git-lfs-that-is-missing filter-process"],
  ["process", "git lfs-that-is-missing filter-process"],
  ["smudge", "git-lfs-that-is-missing smudge -- %f"],
])("git-lfs that is missing is named, and nothing is left: %s of %p", async (filter, command) => {
  const p = await project();
  p.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
  p.write("x.bin", "version https://git-lfs.github.com/spec/v1\n");
  await p.git("add", ".");
  await p.git("commit", "-qm", "large");
  await p.git("config", `filter.lfs.${filter}`, command);
  await p.git("config", "filter.lfs.required", "true");
  const { code, message } = await p.refused("new", "auth");
  expect([code, message]).toEqual([
    "git_failed",
    expect.stringMatching(/lfs-that-is-missing(: | not|' is not)/),
  ]);
  expect(p.stored("sessions")).toEqual([]);
  expect(await p.git("branch", "--list", "feature/*")).toBe("");
});

test("what git says of the cause is shown: a filter that is missing", async () => {
  const p = await project();
  p.write(".gitattributes", "*.bin filter=large\n");
  p.write("x.bin", "x");
  await p.git("add", ".");
  await p.git("commit", "-qm", "large");
  await p.git("config", "filter.large.smudge", "no-such-program-anywhere");
  await p.git("config", "filter.large.required", "true");
  const { message } = await p.refused("new", "auth");
  expect(message).toContain("no-such-program-anywhere");
  expect(p.stored("sessions")).toEqual([]);
  expect(await p.git("worktree", "list", "--porcelain")).not.toContain(".worktrees");
});

test("a hook that nobody trusts is named with the command that does", async () => {
  const p = await project();
  p.write(".berth.json", JSON.stringify({ hooks: { "post-create": ["true"] } }));
  await p.git("add", ".");
  await p.git("commit", "-qm", "hook");
  const { stderr } = await p.berth("new", "auth");
  const [command = ""] = commandsIn(stderr);
  expect(command).toBe("berth trust auth");
  const elsewhere = at(p.home, p.home, p.store, p.env);
  mkdirSync(join(p.home, "x"), { recursive: true });
  await elsewhere.ok(...command.split(" ").slice(1));
});
