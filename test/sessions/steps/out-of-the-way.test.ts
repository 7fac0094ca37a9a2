/** The last look at a worktree without changes, between git's and its removal. */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { berth } from "../../support/berth.ts";
import { gitBy, type Project, project, read } from "../../support/project.ts";

const DESTROY = ["destroy", "auth", "--cleanup"];

interface Session extends Project {
  readonly tree: string;
  /** Where it is while it goes. */
  readonly aside: string;
}

async function withSession(prepare: (p: Project) => Promise<unknown> = async () => {}): Promise<Session> {
  const p = await project();
  await prepare(p);
  await p.ok("new", "auth");
  const tree = await p.worktree("auth");
  return { ...p, tree, aside: join(dirname(tree), `.${basename(tree)}.going`) };
}

/** A git that does something before it removes the worktree, and writes down how it was called for that. */
const atRemoval = (p: Session, script: string) =>
  gitBy(
    p,
    `case "$*" in *"worktree remove"*) echo "$@" > ${p.home}/removal; ${script};; esac\nexec "$GIT" "$@"`,
  );

const removal = (p: Session): string => read(join(p.home, "removal"));

const late = (p: Session): string => `echo late > ${p.tree}/late || echo refused > ${p.home}/refused`;

/** What is left of a worktree in its folder. */
const left = ({ tree }: Session): string[] =>
  readdirSync(dirname(tree)).filter((name) => name.includes(basename(tree)));

async function isBackWhole(p: Session): Promise<void> {
  expect(left(p)).toEqual([basename(p.tree)]);
  expect(await p.git("worktree", "list")).toContain(`${p.tree} `);
  expect((await p.session("auth"))["pending"]).toBeUndefined();
}

test("it is out of its place: who writes by the path is told so", async () => {
  const p = await withSession();
  expect(await p.in(p.root, [berth, ...DESTROY], atRemoval(p, late(p)))).toMatchObject({ status: 0 });
  expect(read(join(p.home, "refused"))).toBe("refused\n");
  expect(removal(p)).toContain(`--force -- ${p.aside}`);
  expect(left(p)).toEqual([]);
  await p.ok("restore", "auth", "--worktree");
  expect(read(join(p.tree, "file.txt"))).toBe("one\n");
});

test("so it is where it is pruned", async () => {
  const p = await withSession();
  await p.git("-C", p.tree, "commit", "-q", "--allow-empty", "-m", "work");
  await p.git("merge", "-q", "--no-ff", "--no-edit", "feature/auth");
  expect(await p.in(p.root, [berth, "prune", "--yes"], atRemoval(p, late(p)))).toMatchObject({ status: 0 });
  expect([read(join(p.home, "refused")), left(p)]).toEqual(["refused\n", []]);
  expect(removal(p)).toContain(`--force -- ${p.aside}`);
});

test("ignored files that git named go with it", async () => {
  const p = await withSession(async ({ write, git }) => {
    write(".gitignore", "out/\n*.log\n");
    await git("add", ".");
    await git("commit", "-qm", "ignored");
  });
  mkdirSync(join(p.tree, "out/deep"), { recursive: true });
  writeFileSync(join(p.tree, "out/deep/file"), "made");
  writeFileSync(join(p.tree, "a.log"), "made");
  mkdirSync(join(p.tree, "empty/below"), { recursive: true });
  expect(await p.in(p.root, [berth, ...DESTROY], atRemoval(p, late(p)))).toMatchObject({ status: 0 });
  expect(removal(p)).toContain(p.aside);
  expect(left(p)).toEqual([]);
});

/** For sh, in the worktree, where `$1` is a directory of the test's own. */
const CHANGES: Readonly<Record<string, string>> = {
  "a new file": "echo late > late",
  "a new file in a new directory": "mkdir -p a/b && echo late > a/b/late",
  "more in a file": "echo more >> file.txt",
  "other text of the same size and date": `cp -p file.txt "$1/old"; printf 'two\\n' > file.txt
    touch -r "$1/old" file.txt`,
  "another file of the same size and date in its place": `cp -p file.txt "$1/old"; printf 'two\\n' > other
    touch -r "$1/old" other; mv other file.txt`,
  "a link in a file's place": "rm file.txt; ln -s /dev/null file.txt",
  "a file may be run": "chmod +x file.txt",
  "a change that is staged": 'echo more >> file.txt; "$GIT" add file.txt',
  "a change that is staged and taken back": `cp -p file.txt "$1/old"; echo more >> file.txt
    "$GIT" add file.txt; cp -p "$1/old" file.txt`,
  "a new file that is staged": 'echo late > late; "$GIT" add late',
  "a file that is staged to go": '"$GIT" rm -q --cached file.txt',
  "the branch is set to another commit, so that all is staged":
    '"$GIT" update-ref refs/heads/feature/auth $("$GIT" commit-tree -m none $("$GIT" mktree < /dev/null))',
  "HEAD is set to another branch, so that all is staged": '"$GIT" symbolic-ref HEAD refs/heads/unborn',
};

describe("what came since git looked is found, and stays", () => {
  /** What is asked of a worktree to see that it is the one that the change left. */
  const stateOf = async (p: Session): Promise<string> => {
    const shown = await p.in(p.tree, ["sh", "-c", "ls -lR --time-style=full-iso; cat file.txt file.txt/*"]);
    return shown.stdout + await p.git("-C", p.tree, "status", "--porcelain");
  };

  test.each(Object.entries(CHANGES))("%s", async (_, change) => {
    const p = await withSession();
    const state = join(p.home, "state");
    writeFileSync(
      join(p.home, "change"),
      `cd ${p.tree}; set -- ${p.home}; ${change}; ls -lR --time-style=full-iso > ${state}`,
    );
    const script = `case "$*" in *"status --porcelain"*) "$GIT" "$@"; status=$?
      [ -e ${state} ] || ( . ${p.home}/change ); exit $status;; esac; exec "$GIT" "$@"`;
    const { stderr, status } = await p.in(p.root, [berth, ...DESTROY, "--json"], gitBy(p, script));
    expect([status, JSON.parse(stderr).error.code]).toEqual([1, "git_failed"]);
    await isBackWhole(p);
    expect(await stateOf(p)).toContain(read(state));
    expect(await p.refused(...DESTROY)).toMatchObject({ code: "work_at_risk" });
  });

  test("a file whose name is no more UTF-8 than that of an ignored one", async () => {
    const p = await withSession();
    const named = (byte: string) => `"$(printf 'no\\${byte}')"`;
    const ignore = `printf 'no\\377\\n' >> ${p.root}/.git/info/exclude; echo made > ${named("377")}`;
    expect(await p.in(p.tree, ["sh", "-c", ignore])).toMatchObject({ status: 0 });
    const script = `case "$*" in *"status --porcelain"*) "$GIT" "$@"; status=$?
      echo late > ${p.tree}/${named("376")}; exit $status;; esac; exec "$GIT" "$@"`;
    const { stderr, status } = await p.in(p.root, [berth, ...DESTROY, "--json"], gitBy(p, script));
    expect([status, JSON.parse(stderr).error.code]).toEqual([1, "git_failed"]);
    await isBackWhole(p);
    expect((await p.in(p.tree, ["sh", "-c", `cat ${named("376")}`])).stdout).toBe("late\n");
  });

  test("in a worktree with a submodule, which git removes by force alone", async () => {
    const p = await withSession();
    await withSubmodule(p);
    const script = `case "$*" in *"status --porcelain"*) "$GIT" "$@"; status=$?
      echo late > ${p.tree}/late; exit $status;; esac; exec "$GIT" "$@"`;
    const { stderr, status } = await p.in(p.root, [berth, ...DESTROY, "--json"], gitBy(p, script));
    expect([status, JSON.parse(stderr).error.code]).toEqual([1, "git_failed"]);
    await isBackWhole(p);
    expect(read(join(p.tree, "late"))).toBe("late\n");
  });

  // As a removal that was stopped half way would leave it.
  test("a directory in a file's place, which counts as missing", async () => {
    const p = await withSession();
    const script = `case "$*" in *"status --porcelain"*) "$GIT" "$@"; status=$?
      cd ${p.tree}; rm file.txt; mkdir file.txt; echo late > file.txt/late; exit $status;; esac; exec "$GIT" "$@"`;
    const { stderr, status } = await p.in(p.root, [berth, ...DESTROY, "--json"], gitBy(p, script));
    expect([status, JSON.parse(stderr).error.code]).toEqual([1, "destroy_unfinished"]);
    expect(left(p)).toEqual([basename(p.tree)]);
    await p.berth("doctor", "--fix");
    expect(read(join(p.tree, "file.txt/late"))).toBe("late\n");
  });

  test("after a merge, when git looked for the second time", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, "work"), "work\n");
    await p.git("-C", p.tree, "add", "work");
    await p.git("-C", p.tree, "commit", "-qm", "work");
    const script = `case "$*" in *"status --porcelain"*) "$GIT" "$@"; status=$?
      [ ! -e ${p.root}/work ] || echo late > ${p.tree}/late; exit $status;; esac; exec "$GIT" "$@"`;
    const { stderr, status } = await p.in(p.root, [berth, "finish", "auth", "--json"], gitBy(p, script));
    expect([status, JSON.parse(stderr).error.code]).toEqual([6, "finish_half"]);
    await isBackWhole(p);
    expect(read(join(p.tree, "late"))).toBe("late\n");
  });
});

/** A submodule whose repository is the worktree's own. */
async function withSubmodule(p: Session): Promise<void> {
  await p.git("init", "-q", "../module");
  await p.git("-C", "../module", "commit", "-q", "--allow-empty", "-m", "module");
  await p.git("-C", p.tree, "submodule", "--quiet", "add", join(dirname(p.root), "module"), "module");
  await p.git("-C", p.tree, "commit", "-qm", "module");
}

test("one that had a submodule, which git removes by force alone, goes", async () => {
  const p = await withSession();
  await withSubmodule(p);
  await p.git("-C", p.tree, "submodule", "--quiet", "deinit", "-f", "module");
  await p.git("-C", p.tree, "rm", "-qf", "module", ".gitmodules");
  await p.git("-C", p.tree, "commit", "-qm", "none");
  await p.ok(...DESTROY);
  expect(left(p)).toEqual([]);
});

/** For sh, in the worktree, before it is to go. */
const UNTOLD: Readonly<Record<string, string>> = {
  "a file was touched": "touch file.txt",
  "a file that git was told to pass over": "git update-index --assume-unchanged file.txt",
  "an index that only git reads": "git update-index --index-version 4",
  "a FIFO": "mkfifo fifo",
  "many files": "echo 'x*' >> .git-ignored; git config core.excludesFile $PWD/.git-ignored; " +
    "for n in $(seq 1001); do : > x$n; done; mv .git-ignored x0; git config core.excludesFile $PWD/x0",
};

describe("where that look cannot tell, git looks once more", () => {
  test.each(Object.entries(UNTOLD))("%s", async (_, prepare) => {
    const p = await withSession();
    expect(await p.in(p.tree, ["sh", "-c", prepare])).toMatchObject({ status: 0 });
    const { stderr, status } = await p.in(p.root, [berth, ...DESTROY, "--json"], atRemoval(p, late(p)));
    expect([status, JSON.parse(stderr).error.code]).toEqual([1, "git_failed"]);
    expect(removal(p)).not.toContain("--force");
    await isBackWhole(p);
    expect(read(join(p.tree, "late"))).toBe("late\n");
  });

  test("somebody else's file has the place", async () => {
    const p = await withSession();
    mkdirSync(p.aside);
    writeFileSync(join(p.aside, "theirs"), "theirs");
    expect(await p.in(p.root, [berth, ...DESTROY], atRemoval(p, ""))).toMatchObject({ status: 0 });
    expect(removal(p)).not.toContain("--force");
    expect(left(p)).toEqual([basename(p.aside)]);
    expect(read(join(p.aside, "theirs"))).toBe("theirs");
  });

  test("somebody else's file has the place, and git removes nothing", async () => {
    const p = await withSession();
    mkdirSync(p.aside);
    writeFileSync(join(p.aside, "theirs"), "theirs");
    const { stderr, status } = await p.in(p.root, [berth, ...DESTROY, "--json"], atRemoval(p, late(p)));
    expect([status, JSON.parse(stderr).error.code]).toEqual([1, "git_failed"]);
    expect((await p.session("auth"))["pending"]).toBeUndefined();
    expect([read(join(p.tree, "late")), read(join(p.aside, "theirs"))]).toEqual(["late\n", "theirs"]);
    expect(await p.refused(...DESTROY)).toMatchObject({ code: "work_at_risk" });
  });

  test("processes stand there", async () => {
    const p = await withSession();
    const standing = Bun.spawn(["sleep", "600"], { cwd: p.tree });
    try {
      const { status } = await p.in(p.root, [berth, ...DESTROY, "--force"], atRemoval(p, late(p)));
      expect(status).toBe(1);
      expect(removal(p)).not.toContain("--force");
      await isBackWhole(p);
    } finally {
      standing.kill();
    }
  });
});

describe("while it is out of its place", () => {
  test("a lock of somebody else's holds it", async () => {
    const p = await withSession();
    const lock = `"$GIT" worktree lock --reason mine ${p.aside}`;
    const { stderr, status } = await p.in(p.root, [berth, ...DESTROY, "--json"], atRemoval(p, lock));
    expect([status, JSON.parse(stderr).error.code]).toEqual([1, "git_failed"]);
    await isBackWhole(p);
    expect(await p.git("worktree", "list", "--porcelain")).toContain("locked mine");
  });

  test("git fails: it is back in its place", async () => {
    const p = await withSession();
    expect(await p.in(p.root, [berth, ...DESTROY], atRemoval(p, "exit 1"))).toMatchObject({ status: 1 });
    await isBackWhole(p);
    await p.ok(...DESTROY);
  });

  test("what git says of it names its place", async () => {
    const p = await withSession();
    const script = `rm ${p.aside}/.git`;
    const { stderr, status } = await p.in(p.root, [berth, ...DESTROY, "--json"], atRemoval(p, script));
    const { code, message } = JSON.parse(stderr).error;
    expect([status, code]).toEqual([1, "destroy_unfinished"]);
    expect(message).toContain(`'${p.tree}/.git'`);
    expect(left(p)).toEqual([basename(p.tree)]);
    await p.ok(...DESTROY);
  });

  const killed = (p: Session, words: readonly string[]) =>
    p.in(
      p.root,
      ["sh", "-c", '"$0" "$@"; exit 0', berth, ...words],
      atRemoval(p, "kill -9 $PPID; exit 1"),
    );

  test.each([["doctor --fix", ["doctor", "--fix"]], ["destroy", DESTROY]])(
    "killed: %s goes on",
    async (_, words) => {
      const p = await withSession();
      await killed(p, DESTROY);
      expect(left(p)).toEqual([basename(p.aside)]);
      await p.berth(...words);
      expect(await p.berth("show", "auth")).toMatchObject({ status: 3 });
      expect(left(p)).toEqual([]);
      await p.ok("restore", "auth", "--worktree");
    },
  );

  test.each([["doctor --fix", ["doctor", "--fix"]], ["finish", ["finish", "auth"]]])(
    "killed after a merge: %s goes on",
    async (_, words) => {
      const p = await withSession();
      writeFileSync(join(p.tree, "work"), "work\n");
      await p.git("-C", p.tree, "add", "work");
      await p.git("-C", p.tree, "commit", "-qm", "work");
      await killed(p, ["finish", "auth"]);
      expect([left(p), readFileSync(join(p.root, "work"), "utf8")]).toEqual([[basename(p.aside)], "work\n"]);
      await p.berth(...words);
      expect(await p.berth("show", "auth")).toMatchObject({ status: 3 });
      expect([left(p), existsSync(join(p.root, "work"))]).toEqual([[], true]);
      expect(await p.git("branch", "--list")).toBe("* main\n");
    },
  );

  test("killed, and somebody worked on in it: it is back, and stays", async () => {
    const p = await withSession();
    await killed(p, DESTROY);
    writeFileSync(join(p.aside, "late"), "late\n");
    await p.berth("doctor", "--fix");
    await isBackWhole(p);
    expect(read(join(p.tree, "late"))).toBe("late\n");
  });
});
