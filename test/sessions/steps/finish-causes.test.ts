/** What stops a finish is named by its cause, nothing has changed then, and nothing of anybody's is overwritten. */
import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { all, type Finishable, finishable, MERGES_ALONE } from "../../support/finish.ts";
import { berth, until } from "../../support/berth.ts";
import { gitBy, read } from "../../support/project.ts";

function hook(p: Finishable, name: string, script: string): void {
  mkdirSync(join(p.root, ".git/hooks"), { recursive: true });
  writeFileSync(join(p.root, ".git/hooks", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** The session commits files; a text of null removes one. */
async function session(p: Finishable, files: Readonly<Record<string, string | null>>): Promise<void> {
  await commit(p, p.tree, files);
}

async function commit(
  p: Finishable,
  directory: string,
  files: Readonly<Record<string, string | null>>,
): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    rmSync(join(directory, path), { recursive: true, force: true });
    if (text === null) continue;
    mkdirSync(join(directory, path, ".."), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  await p.git("-C", directory, "add", "--all", "--force");
  await p.git("-C", directory, "commit", "-qm", Object.keys(files).join(" "));
}

const elsewhere = (p: Finishable) => p.git("switch", "-q", "--detach");

interface Refused {
  readonly why: string;
  readonly prepare: (p: Finishable) => Promise<unknown>;
  readonly args?: readonly string[];
  readonly code: string;
  readonly status?: number;
  /** What the message says. */
  readonly says: string;
}

/** What only a git tells that knows beforehand what the files are to be. */
const BY_PREVIEW: readonly Refused[] = [
  {
    why: "git killed in the middle of the merge",
    prepare: async (p) => {
      await commit(p, p.root, { other: "theirs" });
      hook(p, "pre-merge-commit", "kill -9 $PPID");
    },
    code: "finish_failed",
    status: 1,
    says: "a signal ended it; nothing was done",
  },
];

const REFUSED: readonly Refused[] = [
  ...MERGES_ALONE ? BY_PREVIEW : [],
  {
    why: "an ignored directory with files where one is to be",
    prepare: async (p) => {
      writeFileSync(join(p.root, ".git/info/exclude"), "out\n");
      await session(p, { out: "built\n" });
      p.write("out/deep/file", "precious");
    },
    code: "base_dirty",
    says: '"out/deep/file"',
  },
  {
    why: "an ignored repository where a file is to be",
    prepare: async (p) => {
      writeFileSync(join(p.root, ".git/info/exclude"), "out\n");
      await session(p, { out: "built\n" });
      await p.git("init", "-q", "out");
    },
    code: "base_dirty",
    says: '"out/.git"',
  },
  {
    why: "an ignored file in a directory of tracked ones that becomes a file",
    prepare: async (p) => {
      await commit(p, p.root, { "src/a": "a" });
      await p.git("-C", p.tree, "merge", "-q", "--no-edit", "main");
      writeFileSync(join(p.root, ".git/info/exclude"), "*.o\n");
      await session(p, { src: null });
      await session(p, { src: "a file" });
      p.write("src/a.o", "precious");
    },
    code: "base_dirty",
    says: '"src/a.o"',
  },
  ...[["caf\xe9"], ["caf\xe9/below", "caf\xe9"]].map(([theirs = "", mine = theirs]) => ({
    why: `an ignored file whose name is not UTF-8, where ${mine === theirs ? "one" : "a directory"} is to be`,
    prepare: async (p: Finishable) => {
      writeFileSync(join(p.root, ".git/info/exclude"), "caf*\n");
      const at = (root: string, name: string) => Buffer.from(`${root}/${name}`, "latin1");
      if (mine !== theirs) mkdirSync(at(p.tree, mine));
      writeFileSync(at(p.tree, theirs), "built");
      await p.git("-C", p.tree, "add", "--all", "--force");
      await p.git("-C", p.tree, "commit", "-qm", "built");
      writeFileSync(at(p.root, mine), "precious");
    },
    code: "base_dirty",
    says: '"caf\uFFFD"',
  })),
  {
    why: "a file that is to be added, where git makes a commit",
    prepare: async (p) => {
      await commit(p, p.root, { other: "theirs" });
      p.write("later", "not yet");
      await p.git("add", "--intent-to-add", "later");
    },
    code: "base_dirty",
    says: '"later"',
  },
  {
    why: "a change that git was told to pass over",
    prepare: async (p) => {
      await p.git("update-index", "--assume-unchanged", "file.txt");
      p.write("file.txt", "hidden");
    },
    code: "base_dirty",
    says: '"file.txt"',
  },
  {
    why: "a conflict in the index of the base that no step is under way for",
    prepare: async (p) => {
      await commit(p, p.root, { other: "one" });
      await p.git("switch", "-qc", "side");
      await commit(p, p.root, { other: "side" });
      await p.git("switch", "-q", "main");
      await commit(p, p.root, { other: "main" });
      await p.git("-C", p.tree, "merge", "-q", "--no-edit", "main");
      await p.in(p.root, ["git", "cherry-pick", "--no-commit", "side"]);
    },
    code: "base_dirty",
    says: '"other"',
  },
  {
    why: "merge.ff=only",
    prepare: async (p) => {
      await commit(p, p.root, { other: "theirs" });
      await p.git("config", "merge.ff", "only");
    },
    code: "finish_not_ahead",
    says: "has commits that the branch has not",
  },
  {
    why: "mergeOptions --ff-only",
    prepare: async (p) => {
      await commit(p, p.root, { other: "theirs" });
      await p.git("config", "branch.main.mergeOptions", "--log --ff-only");
    },
    code: "finish_not_ahead",
    says: "has commits that the branch has not",
  },
  {
    why: "nobody who commits",
    prepare: async (p) => {
      await commit(p, p.root, { other: "theirs" });
      rmSync(join(p.home, ".gitconfig"));
      await p.git("config", "user.useConfigOnly", "true");
    },
    code: "finish_nobody",
    status: 1,
    says: "who you are (no email was given",
  },
  {
    why: "a squash of commits that take each other back",
    prepare: async (p) => {
      await session(p, { "file.txt": "one\n" });
      await commit(p, p.root, { other: "theirs" });
    },
    args: ["--squash"],
    code: "finish_nothing",
    says: "change nothing",
  },
  ...[false, true].map((moved) => ({
    why: `a file that git cannot write, behind others that it could, ${moved ? "in a merge" : "moving on"}`,
    prepare: async (p: Finishable) => {
      for (const [name, value] of [["smudge", "false"], ["clean", "cat"], ["required", "true"]]) {
        await p.git("config", `filter.bad.${name}`, value ?? "");
      }
      await session(p, { ".gitattributes": "*.bin filter=bad\n", "deep/new": "mine", "z.bin": "mine" });
      if (moved) await commit(p, p.root, { other: "theirs" });
    },
    code: "finish_failed",
    status: 1,
    says: "smudge filter bad failed; nothing was done",
  })),
  {
    why: "an option that git does not know",
    prepare: async (p) => {
      await commit(p, p.root, { other: "theirs" });
      await p.git("config", "branch.main.mergeOptions", "--bogus");
    },
    code: "finish_failed",
    status: 1,
    says: '"main": unknown option `bogus\'; nothing was done',
  },
  {
    why: "a program to sign with that is not there",
    prepare: async (p) => {
      await commit(p, p.root, { other: "theirs" });
      await p.git("config", "commit.gpgSign", "true");
      await p.git("config", "gpg.program", "/nonexistent/gpg");
    },
    code: "finish_failed",
    status: 1,
    says: '"main": cannot run /nonexistent/gpg: No such file',
  },
  {
    why: "what a hook says twice is said once",
    prepare: async (p) => {
      await commit(p, p.root, { other: "theirs" });
      hook(p, "reference-transaction", "echo no >&2; exit 1");
    },
    code: "finish_failed",
    status: 1,
    says: '"main": no; ref updates aborted by hook; nothing was done',
  },
];

describe("finish is refused, and all is as it was:", () => {
  test.each([...REFUSED])("$why", async ({ prepare, args = [], code, status = 6, says }) => {
    const p = await finishable();
    await prepare(p);
    const before = await all(p);
    const error = await p.refused("finish", "auth", ...args);
    expect([error.code, error.status, error.message]).toEqual([code, status, expect.stringContaining(says)]);
    expect(await all(p)).toEqual(before);
  });

  test.each([
    ["a file and a directory", { x: "theirs" }, { "x/y": "mine" }, '"x"'],
    ["a directory and a file", { "x/y": "theirs" }, { x: "mine" }, '"x"'],
  ])("%s of one name: the name that both have, without git's commit", async (_, theirs, mine, name) => {
    if (!MERGES_ALONE) return;
    const p = await finishable();
    await session(p, mine);
    await commit(p, p.root, theirs);
    expect((await p.refused("finish", "auth")).message).toContain(`both changed ${name}; nothing`);
  });

  test("a link and an executable of one name: it is named once", async () => {
    if (!MERGES_ALONE) return;
    const p = await finishable();
    chmodSync(join(p.tree, "file.txt"), 0o755);
    await p.git("-C", p.tree, "commit", "-qam", "mode");
    rmSync(join(p.root, "file.txt"));
    symlinkSync("nowhere", join(p.root, "file.txt"));
    await p.git("commit", "-qam", "link");
    expect((await p.refused("finish", "auth")).message).toContain('both changed "file.txt"; nothing');
  });

  test("a mailbox that is being applied is called one", async () => {
    const p = await finishable();
    await commit(p, p.root, { other: "one" });
    await p.git("switch", "-qc", "side");
    await commit(p, p.root, { other: "side" });
    const patch = join(p.root, "../patch");
    await p.git("format-patch", "-1", `--output=${patch}`);
    await p.git("switch", "-q", "main");
    await commit(p, p.root, { other: "main" });
    await p.in(p.root, ["git", "am", patch]);
    expect((await p.refused("finish", "auth")).message).toContain("an am is under way");
    await p.in(p.root, ["git", "am", "--abort"]);
    await p.in(p.root, ["git", "rebase", "--apply", "side"]);
    expect((await p.refused("finish", "auth")).message).toContain("a rebase is under way");
  });
});

test("somebody moves the base in the middle: their commit stays, and what was begun is taken back", async () => {
  const p = await finishable();
  await commit(p, p.root, { other: "theirs" });
  hook(
    p,
    "pre-merge-commit",
    "git commit-tree -p main -m moved main^{tree} | xargs git update-ref refs/heads/main",
  );
  const { code, message } = await p.refused("finish", "auth");
  expect([code, message]).toEqual(["finish_failed", expect.stringContaining("nothing was done")]);
  expect([await p.git("status", "--porcelain"), await p.subjects()]).toEqual(["", ["moved", "other", "one"]]);
  rmSync(join(p.root, ".git/hooks/pre-merge-commit"));
  await p.ok("finish", "auth");
});

test("while it is at work others are told to wait, by the session's name", async () => {
  const p = await finishable();
  await commit(p, p.root, { other: "theirs" });
  hook(p, "pre-merge-commit", "touch ../begun; while test ! -e ../end; do sleep 0.05; done");
  const finishing = p.berth("finish", "auth");
  await until("the hook to begin", () => existsSync(join(p.root, "../begun")) || undefined);
  const { stdout } = await p.berth("prune");
  expect(stdout).toContain("somebody else is at work on it");
  const other = await p.berth("rename", "auth", "other");
  expect([other.status, other.stderr]).toEqual([
    5,
    expect.stringMatching(/session "auth": .*\n +hint: Wait until/),
  ]);
  writeFileSync(join(p.root, "../end"), "");
  expect((await finishing).status).toBe(0);
});

test("a name that looks like an option: every command that is named works as it stands", async () => {
  const p = await finishable();
  await p.ok("rename", "auth", "--", "-a");
  const { stderr } = await p.berth("finish", "--", "-a");
  const [, undo = ""] = /^berth: "berth (.+)" brings it back$/m.exec(stderr) ?? [];
  await p.ok(...undo.split(" "));
  expect(existsSync(p.tree)).toBe(true);
});

test("a hook that finishes another one is told at once that it cannot, and nothing else fails by it", async () => {
  const p = await finishable();
  await p.ok("new", "other");
  await commit(p, p.root, { other: "theirs" });
  hook(
    p,
    "post-merge",
    `"${berth}" finish other --json 2>../said; echo $? >../status; "${berth}" show other`,
  );
  await p.ok("finish", "auth");
  expect(read(join(p.root, "../status"))).toBe("5\n");
  expect(JSON.parse(read(join(p.root, "../said"))).error.code).toBe("finish_within");
  await p.ok("finish", "other");
});

test("what a hook says is told where the base is checked out nowhere, too", async () => {
  if (!MERGES_ALONE) return;
  const p = await finishable();
  await elsewhere(p);
  hook(p, "reference-transaction", "grep -q refs/heads/main || exit 0; echo main is protected >&2; exit 1");
  const { code, message } = await p.refused("finish", "auth");
  expect([code, message]).toEqual(["finish_failed", expect.stringContaining('"main": main is protected; ')]);
});

describe("the base", () => {
  test("is where git's own directory is elsewhere", async () => {
    const p = await finishable();
    await commit(p, p.root, { other: "theirs" });
    await p.git("init", "-q", "--separate-git-dir", join(p.root, "../elsewhere"));
    await p.git("worktree", "repair");
    await p.ok("finish", "auth");
    expect([read(join(p.root, "file.txt")), read(join(p.root, "other"))]).toEqual(["mine\n", "theirs"]);
    expect(existsSync(p.tree)).toBe(false);
  });

  test("that is gone with commits of its own is asked for; where the default one has all of it, that is meant", async () => {
    const p = await finishable();
    await p.git("switch", "-qc", "dev");
    await p.ok("new", "same");
    await commit(p, p.root, { dev: "dev" });
    await p.ok("new", "b");
    await commit(p, await p.worktree("b"), { b: "b" });
    await p.git("switch", "-qc", "copy");
    await p.git("branch", "-D", "dev");
    const { code, message } = await p.refused("finish", "b");
    expect([code, message]).toEqual(["no_base", expect.stringContaining("made from dev, which is gone")]);
    await p.ok("finish", "b", "--into", "refs/heads/copy");
    await p.ok("finish", "same");
    expect(await p.subjects("copy")).toEqual(["b", "dev", "one"]);
  });

  test("that was renamed is found by its new name, whoever renamed it and however often", async () => {
    const p = await finishable();
    for (const name of ["below", "other"]) expect((await p.in(p.tree, [berth, "new", name])).status).toBe(0);
    for (const name of ["below", "other"]) await commit(p, await p.worktree(name), { [name]: name });
    await p.ok("rename", "auth", "login", "--branch");
    await p.ok("finish", "below");
    await p.git("branch", "-m", "feature/login", "topic");
    await p.ok("finish", "other", "--squash");
    expect([await p.subjects("topic"), await p.subjects()]).toEqual([
      ["other", "below", "file.txt: mine", "one"],
      ["one"],
    ]);
  });

  test("whose name is not UTF-8: nothing is merged into it, and another is asked for", async () => {
    const p = await finishable();
    const git = (...words: string[]) => p.in(p.root, ["sh", "-c", words.join(" "), "git"]);
    expect((await git("git switch -qc \"$(printf 'caf\\351')\"")).status).toBe(0);
    await p.ok("new", "b");
    await commit(p, await p.worktree("b"), { b: "b" });
    const { code, message } = await p.refused("finish", "b");
    expect([code, message]).toEqual(["no_base", expect.stringContaining("is not UTF-8")]);
    expect((await git("git log --format=%s")).stdout).toBe("one\n");
    await p.ok("finish", "b", "--into", "main");
  });

  test("whose name turns text round: it is shown, and sent to no terminal", async () => {
    const p = await finishable();
    await p.git("switch", "-qc", "a\u202eb");
    const made = await p.berth("new", "b");
    await commit(p, await p.worktree("b"), { b: "b" });
    const other = await p.berth("new", "c", "--existing-branch", "main");
    const said = [made, other, await p.berth("list"), await p.berth("finish", "b")];
    expect(said.map(({ stderr, stdout }) => stderr + stdout).join("")).not.toContain("\u202e");
    expect(said.at(-1)).toMatchObject({ status: 0, stderr: expect.stringContaining("into a?b") });
  });

  test("of that name now counts, and one that was renamed before the session was made does not", async () => {
    const p = await finishable();
    await p.git("branch", "dev");
    const env = { GIT_COMMITTER_DATE: "2001-01-01T00:00:00Z" };
    expect((await p.in(p.root, ["git", "branch", "-m", "dev", "old"], { env })).status).toBe(0);
    await p.git("switch", "-qc", "dev");
    await p.ok("new", "b");
    await p.git("switch", "-q", "main");
    await commit(p, await p.worktree("b"), { b: "b" });
    await p.git("branch", "-D", "dev");
    await p.ok("finish", "b");
    expect([await p.subjects("old"), await p.subjects()]).toEqual([["one"], ["b", "one"]]);
  });

  test("that was merged by a squash and is gone: the default one has all that it had", async () => {
    const p = await finishable();
    expect((await p.in(p.tree, [berth, "new", "next"])).status).toBe(0);
    await commit(p, await p.worktree("next"), { next: "next" });
    await p.ok("finish", "auth", "--squash");
    await p.ok("finish", "next");
    expect(await p.git("show", "main:next", "main:file.txt")).toBe("nextmine\n");
  });

  test("whose worktree lost its .git file: nothing is merged into what is around it", async () => {
    const p = await finishable();
    await elsewhere(p);
    await p.git("worktree", "add", "-q", "inside", "main");
    rmSync(join(p.root, "inside/.git"));
    const before = await p.git("for-each-ref");
    expect((await p.refused("finish", "auth")).code).toBe("base_gone");
    expect([await p.git("for-each-ref"), await p.git("status", "--porcelain")]).toEqual([
      before,
      "?? inside/\n",
    ]);
  });
});

test("a branch that the worktree was switched to is merged, and stays", async () => {
  const p = await finishable();
  await p.git("-C", p.tree, "switch", "-qc", "mine");
  await session(p, { own: "mine" });
  const { actions } = JSON.parse(await p.ok("finish", "auth", "--json"));
  expect(actions.at(-1)).toMatchObject({ what: "branch", action: "keep" });
  expect([await p.subjects(), existsSync(p.tree)]).toEqual([["own", "file.txt: mine", "one"], false]);
  expect(await p.git("branch", "--format=%(refname:short)")).toBe("feature/auth\nmain\nmine\n");
});

describe("what git does is nobody else's", () => {
  test("--rebase moves no other branch, whatever rebase.updateRefs says", async () => {
    const p = await finishable();
    const stacked = await p.head(p.tree);
    await p.git("branch", "stacked", stacked);
    await session(p, { second: "mine" });
    await commit(p, p.root, { other: "theirs" });
    await p.git("config", "rebase.updateRefs", "true");
    await p.ok("finish", "auth", "--rebase");
    expect([(await p.git("rev-parse", "stacked")).trim(), await p.subjects()]).toEqual([
      stacked,
      ["second", "file.txt: mine", "other", "one"],
    ]);
  });

  test("a squash keeps a message in another encoding", async () => {
    const p = await finishable();
    await p.git("config", "i18n.commitEncoding", "ISO-8859-1");
    const latin = join(p.root, "../message");
    writeFileSync(latin, Uint8Array.from([...new TextEncoder().encode("caf"), 0xe9]));
    await p.git("-C", p.tree, "commit", "-q", "--amend", "-F", latin);
    await p.ok("finish", "auth", "--squash");
    expect(await p.git("log", "-1", "--encoding=UTF-8", "--format=%s")).toBe("café\n");
  });

  test("a hook that leads the checkout elsewhere: the merge is what the base itself has", async () => {
    const p = await finishable();
    await commit(p, p.root, { other: "theirs" });
    await p.git("branch", "side");
    hook(p, "post-merge", "git switch -q side");
    await p.ok("finish", "auth");
    expect((await p.subjects())[0]).toBe("Merge branch 'feature/auth'");
  });

  test("a hook that leads it elsewhere before the commit: the base has it not, and the session stays", async () => {
    const p = await finishable();
    await commit(p, p.root, { other: "theirs" });
    await p.git("branch", "side");
    hook(p, "pre-merge-commit", "git symbolic-ref HEAD refs/heads/side");
    const { code, message } = await p.refused("finish", "auth");
    expect([code, message]).toEqual(["finish_failed", expect.stringContaining("could not be taken back")]);
    expect([existsSync(p.tree), await p.subjects()]).toEqual([true, ["other", "one"]]);
  });
});

describe("work that somebody begins in the base between the look and the merge", () => {
  const STORY = "one\ntwo\nthree\nfour\nfive\n";

  /** A branch that changes the end of a file and adds another one; the user writes as git begins to merge. */
  const meeting = async (file: string, text: string, ...way: string[]) => {
    const p = await finishable();
    await p.commit(p.root, "story", STORY);
    await p.git("-C", p.tree, "rebase", "-q", "main");
    await commit(p, p.tree, { story: `${STORY}six\n`, added: "added\n" });
    if (way.includes("--merge")) await commit(p, p.root, { other: "theirs" });
    const { env } = gitBy(
      p,
      `case " $* " in *" merge --"*) printf '${text}' > ${join(p.root, file)};; esac\nexec $GIT "$@"`,
    );
    const { status, stderr } = await p.in(p.root, [berth, "finish", "auth", ...way, "--json"], { env });
    return { p, status, code: JSON.parse(stderr).error.code, kept: read(join(p.root, file)) };
  };

  test.each([["story", ""], ["story", "one\\ntwo\\n"], ["story", "mine"]])(
    "%s, written as %j: it stays, and is told",
    async (file, text) => {
      const kept = text.replaceAll("\\n", "\n");
      for (const way of [[], ["--squash"], ["--merge"]]) {
        const { p, ...found } = await meeting(file, text, ...way);
        // Git sets all files anew before it gives up a merge that makes a commit, so that nothing tells whose that is.
        const told = way[0] === "--merge"
          ? { status: 1, code: "finish_failed" }
          : { status: 6, code: "base_dirty" };
        expect([way, found]).toEqual([way, { ...told, kept }]);
        expect((await p.session("auth"))["pending"]).toBeUndefined();
      }
    },
  );

  test.each(["", "add", "mine"])("a new file, written as %j, stays", async (text) => {
    const { status, kept } = await meeting("added", text);
    expect([status, kept]).toEqual([1, text]);
  });
});

test("a merge that was made, and git killed before it had put its notes away, is none that is under way", async () => {
  const p = await finishable();
  await commit(p, p.root, { other: "theirs" });
  // Git calls this when the commit is there.
  hook(p, "post-merge", "kill -9 $PPID");
  await p.ok("finish", "auth", "--keep");
  expect(existsSync(join(p.root, ".git/MERGE_HEAD"))).toBe(false);
  await p.ok("finish", "auth");
});

test("a process that is started with SIGCHLD ignored hears how git ended", async () => {
  const p = await finishable();
  const ignoring = ["env", "--ignore-signal=CHLD", berth];
  expect((await p.in(p.root, [...ignoring, "finish", "nobody"])).status).toBe(3);
  expect((await p.in(p.root, [...ignoring, "finish", "auth"])).status).toBe(0);
  expect(existsSync(p.tree)).toBe(false);
});
