/** Every hint is typed as it stands, in the state that brought the error forth, and gets one step further. */
import { expect, test } from "bun:test";
import { chownSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { berth, until } from "../support/berth.ts";
import { at, type Project, project } from "../support/project.ts";
import { supervisor } from "../support/runs.ts";
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
}

const CLEANUP = ["destroy", "auth", "--cleanup"];
const work = (_: Project, tree: string) => writeFileSync(join(tree, "new"), "work");

const CASES: readonly Case[] = [
  { code: "name_taken", prepare: () => {}, args: ["new", "auth"] },
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

/** The commands of a hint. */
const commandsIn = (hint: string): string[] =>
  [...hint.matchAll(/"([^"]+)"/g)].flatMap(([, words = ""]) =>
    /^(berth|git|kill|cd|umount) /.test(words) ? [words] : []
  );

test.each(CASES)("$code: $args", async ({ code, prepare, args, typed, again, how }) => {
  const p = await project(how ?? "commit");
  let tree = "";
  if (how === undefined) {
    await p.ok("new", "auth");
    tree = await p.worktree("auth");
  }
  await prepare(p, tree);
  const end = args.indexOf("--");
  const { stderr, status } = await p.berth(
    ...end < 0 ? [...args, "--json"] : args.toSpliced(end, 0, "--json"),
  );
  expect(status).not.toBe(0);
  const { error } = JSON.parse(stderr);
  expect(error.code).toBe(code);
  const commands = commandsIn(error.hint);
  for (const at of typed ?? commands.keys()) {
    const words = (commands[at] ?? "").replace(/^berth\b/, `"${berth}"`);
    expect(words).not.toBe("");
    expect([words, await p.in(p.root, ["sh", "-c", words])]).toMatchObject([words, { status: 0 }]);
  }
  if (again === true) expect(await p.berth(...args)).toMatchObject({ status: 0 });
}, 60_000);

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
