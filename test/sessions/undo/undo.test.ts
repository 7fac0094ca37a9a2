/** A removal that is taken back: everything as it was, byte by byte, also for git. */
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join, relative } from "node:path";
import process from "node:process";
import { berth } from "../../support/berth.ts";
import { gitBy, type Project, project } from "../../support/project.ts";
import { commit, repository, WORK } from "../../support/work.ts";

async function withSession(): Promise<Project & { tree: string }> {
  const p = await project();
  await p.ok("new", "auth");
  return { ...p, tree: await p.worktree("auth") };
}

/** Every file below a directory with its content and mode; of git's own directories only that they are there. */
function files(root: string, directory = root): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    const there = lstatSync(path);
    if (there.isSymbolicLink()) found[relative(root, path)] = `-> ${readlinkSync(path)}`;
    else if (there.isDirectory()) Object.assign(found, files(root, path));
    else if (path === join(root, ".git")) found[".git"] = "a link";
    else found[relative(root, path)] = `${(there.mode & 0o777).toString(8)}: ${readFileSync(path, "latin1")}`;
  }
  return found;
}

/** All that git says of the worktree, and all that is in it. */
async function picture(p: Project, tree: string): Promise<unknown> {
  const say = async (...args: string[]) => {
    const { stdout, status } = await p.in(tree, ["git", ...args]);
    return [args.join(" "), status, stdout];
  };
  return {
    git: await Promise.all([
      say("status", "--porcelain=v2", "--branch", "--untracked-files=all", "--ignored=no"),
      say("diff", "--binary"),
      say("diff", "--binary", "--cached"),
      say("ls-files", "-s", "-v"),
      say("rev-parse", "HEAD"),
      say("for-each-ref", "refs/worktree", "refs/bisect", "refs/rewritten"),
      say("log", "--walk-reflogs", "--format=%H %gs", "HEAD"),
    ]),
    files: files(tree),
  };
}

/** What is not brought back on purpose: ignored files, which nobody counts as work; a lock, which is git's own note. */
const NOT_KEPT = /^(a worktree inside|a lock|a hidden file whose name is not UTF-8)/;

/** A socket that nobody listens to any more. */
function socketIn(tree: string): { at: string } {
  const listening = Bun.listen({ unix: join(tree, "kept"), socket: { data() {} } });
  // The runtime removes the name that it gave it.
  linkSync(join(tree, "kept"), join(tree, "socket"));
  listening.stop(true);
  return { at: "socket" };
}

describe("a removal is taken back", () => {
  test.each(WORK.filter(([what]) => !NOT_KEPT.test(what)))("%s", async (_, work) => {
    const p = await withSession();
    await work(p, p.tree);
    const before = await picture(p, p.tree);
    await p.ok("destroy", "auth", "--cleanup", "--delete-branch", "--force", "--force-branch");
    expect(existsSync(p.tree)).toBe(false);
    await p.git("reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all");
    await p.git("gc", "-q", "--prune=now");
    await p.ok("restore", "auth", "--worktree");
    expect(await picture(p, p.tree)).toEqual(before);
    // The session is as it was, and nothing is left of the undo.
    expect((await p.session("auth")).project).toMatchObject({ ownsBranch: true, worktree: p.tree });
    expect((await p.session("auth")).project?.["removed"]).toBeUndefined();
    expect(await p.git("for-each-ref", "refs/berth")).toBe("");
    expect(JSON.parse(await p.ok("doctor", "--json")).findings).toEqual([]);
  }, 60_000);

  test("a clean worktree: its branch is checked out again, and no ref was needed", async () => {
    const p = await withSession();
    const before = await picture(p, p.tree);
    await p.ok("destroy", "auth", "--cleanup");
    expect(await p.git("for-each-ref", "refs/berth")).toBe("");
    await p.ok("restore", "auth", "--worktree");
    expect(await picture(p, p.tree)).toMatchObject({ files: (before as { files: unknown }).files });
    expect(await p.git("-C", p.tree, "branch", "--show-current")).toBe("feature/auth\n");
  });

  test("a dirty index, all kinds of names, modes and line ends, past every filter", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, ".gitattributes"), "* text eol=crlf\n*.up filter=up\n");
    await p.git("config", "filter.up.clean", "tr a-z A-Z");
    await p.git("config", "filter.up.smudge", "tr A-Z a-z");
    writeFileSync(join(p.tree, "file.txt"), "staged\r\n");
    await p.git("-C", p.tree, "add", ".");
    writeFileSync(join(p.tree, "file.txt"), "mixed\r\nline\nends");
    writeFileSync(join(p.tree, "x.up"), "MiXed");
    writeFileSync(join(p.tree, "git~1"), "a name that git itself refuses");
    writeFileSync(join(p.tree, "bytes"), new Uint8Array([0, 255, 10, 13, 0]));
    writeFileSync(join(p.tree, "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
    mkdirSync(join(p.tree, "new dir/é\n"), { recursive: true });
    writeFileSync(join(p.tree, 'new dir/é\n/"quoted"\\'), "deep");
    await p.in(p.tree, [
      "sh",
      "-c",
      "echo new > intent; git add -N intent; git rm -q --cached file.txt; rm -f .gitignore",
    ]);
    const before = await picture(p, p.tree);
    await p.ok("destroy", "auth", "--cleanup", "--force");
    await p.ok("restore", "auth", "--worktree");
    expect(await picture(p, p.tree)).toEqual(before);
  });

  test.each<[string, (tree: string) => void]>([
    ["a directory in the place of a file", (tree) => {
      rmSync(join(tree, "file.txt"));
      mkdirSync(join(tree, "file.txt"));
      writeFileSync(join(tree, "file.txt/deep"), "deep");
    }],
    ["a file that only its owner may read, and one that nobody may write", (tree) => {
      writeFileSync(join(tree, "secret"), "secret", { mode: 0o600 });
      writeFileSync(join(tree, "fixed"), "fixed", { mode: 0o444 });
    }],
    ["what is called .git beside a file, and is no repository", (tree) => {
      mkdirSync(join(tree, "inner/.git/objects"), { recursive: true });
      writeFileSync(join(tree, "inner/.git/objects/pack"), "objects");
      writeFileSync(join(tree, "inner/file"), "file");
    }],
  ])("%s", async (_, work) => {
    const p = await withSession();
    work(p.tree);
    const before = await picture(p, p.tree);
    await p.ok("destroy", "auth", "--cleanup", "--force");
    await p.ok("restore", "auth", "--worktree");
    expect(await picture(p, p.tree)).toEqual(before);
  });

  test("who may do what with a file, and in its directory", async () => {
    const p = await withSession();
    const modes = { secret: 0o700, "secret/deep": 0o2750, fixed: 0o555, shared: 0o1777, tool: 0o4755 };
    for (const name of ["secret/deep", "fixed", "shared"]) mkdirSync(join(p.tree, name), { recursive: true });
    for (const name of ["secret/deep/file", "fixed/file", "shared/file", "tool"]) {
      writeFileSync(join(p.tree, name), name);
    }
    for (const [name, mode] of Object.entries(modes).reverse()) chmodSync(join(p.tree, name), mode);
    // Only root takes something out of a directory that nobody may write to.
    if (process.getuid?.() !== 0) chmodSync(join(p.tree, "fixed"), 0o755);
    const seen = () =>
      Object.keys(modes).map((name) => [name, (lstatSync(join(p.tree, name)).mode & 0o7777).toString(8)]);
    const before = seen();
    await p.ok("destroy", "auth", "--cleanup", "--force");
    await p.ok("restore", "auth", "--worktree");
    expect(seen()).toEqual(before);
    expect(readFileSync(join(p.tree, "fixed/file"), "utf8")).toBe("fixed/file");
  });

  test("a repository inside whose refs are packed is one again: empty directories come back", async () => {
    const p = await withSession();
    const inner = join(p.tree, "inner");
    await p.git("init", "-q", inner);
    await commit(p, inner, "inner");
    await p.git("-C", inner, "pack-refs", "--all");
    const before = await p.git("-C", inner, "log", "--format=%H");
    await p.ok("destroy", "auth", "--cleanup", "--force");
    await p.ok("restore", "auth", "--worktree");
    expect(await p.git("-C", inner, "rev-parse", "--git-dir")).toBe(".git\n");
    expect(await p.git("-C", inner, "log", "--format=%H")).toBe(before);
  });

  test.each([
    ["alone", () => {}],
    ["beside work", (tree: string) => writeFileSync(join(tree, "new"), "work")],
  ])("empty directories and FIFOs, %s; a socket is named", async (_, work) => {
    const p = await withSession();
    p.write(".git/info/exclude", "/.worktrees/\nignored\n");
    for (const path of ["a/b/c", "a/closed", "ignored/empty", "it's: :!x"]) {
      mkdirSync(join(p.tree, path), { recursive: true });
    }
    const { at } = socketIn(p.tree);
    await p.in(p.tree, ["sh", "-ec", "chmod 700 a/closed; mkfifo -m 640 a/fifo ignored/fifo"]);
    work(p.tree);
    const done = await p.berth("destroy", "auth", "--cleanup", "--force");
    expect(done.stderr).toContain(`which no undo brings back: ${JSON.stringify(at)}`);
    expect(existsSync(p.tree)).toBe(false);
    await p.ok("restore", "auth", "--worktree");
    const there = ["find", ".", "-name", ".git", "-prune", "-o", "-printf", "%y %m %P\n"];
    const { stdout } = await p.in(p.tree, there);
    const found = stdout.split("\n").filter((line) => /^[dp] \d+ ./.test(line)).sort();
    expect(found).toEqual([
      "d 700 a/closed",
      "d 755 a",
      "d 755 a/b",
      "d 755 a/b/c",
      "d 755 it's: :!x",
      "p 640 a/fifo",
    ]);
  });

  test("an unchanged file whose name is not UTF-8 is checked out again", async () => {
    const p = await project();
    await p.in(p.root, ["sh", "-c", "echo 1 > $(printf 'caf\\351'); git add .; git commit -qm name"]);
    await p.ok("new", "auth");
    const tree = await p.worktree("auth");
    writeFileSync(join(tree, "new"), "work");
    await p.ok("destroy", "auth", "--cleanup", "--force");
    await p.ok("restore", "auth", "--worktree");
    expect(await p.git("-C", tree, "status", "--porcelain")).toBe("?? new\n");
  });

  test("a directory that git may not look into is named, and nothing goes, with --force neither", async () => {
    const p = await withSession();
    const closed = join(p.tree, "closed");
    mkdirSync(closed);
    writeFileSync(join(closed, "work"), "work");
    // Root may look into every directory, so git is told as if it could not.
    const script = `"$GIT" "$@" || exit; case "$*" in *" --ignored="*) ` +
      `echo "warning: could not open directory 'closed/': Permission denied" >&2;; esac`;
    for (const force of [[], ["--force"]]) {
      const words = [berth, "destroy", "auth", "--cleanup", ...force];
      const { stderr, status } = await p.in(p.root, words, gitBy(p, script));
      expect([status, stderr]).toEqual([
        6,
        expect.stringContaining(`cannot look into ${JSON.stringify(closed)}`),
      ]);
    }
    expect(readFileSync(join(closed, "work"), "utf8")).toBe("work");
    expect(await p.git("-C", p.tree, "status", "--porcelain")).toBe("?? closed/\n");
  });

  test("a conflict in the middle of a rebase, which goes on afterwards", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, "file.txt"), "ours\n");
    await p.git("-C", p.tree, "commit", "-qam", "ours");
    p.write("file.txt", "theirs\n");
    await p.git("commit", "-qam", "theirs");
    expect((await p.in(p.tree, ["git", "rebase", "main"])).status).not.toBe(0);
    const before = await picture(p, p.tree);
    await p.ok("destroy", "auth", "--cleanup", "--force");
    await p.git("gc", "-q", "--prune=now");
    await p.ok("restore", "auth", "--worktree");
    expect(await picture(p, p.tree)).toEqual(before);
    writeFileSync(join(p.tree, "file.txt"), "both\n");
    await p.git("-C", p.tree, "add", ".");
    const { status } = await p.in(p.tree, ["git", "-c", "core.editor=true", "rebase", "--continue"]);
    expect(status).toBe(0);
    expect(await p.git("-C", p.tree, "log", "--format=%s", "-2")).toBe("ours\ntheirs\n");
  });

  test("the branch was deleted, or somebody has made another of its name", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, "new"), "work");
    await commit(p, p.tree, "own");
    const head = await p.git("-C", p.tree, "rev-parse", "HEAD");
    await p.ok("destroy", "auth", "--cleanup", "--force");
    await p.git("branch", "-qD", "feature/auth");
    await p.git("reflog", "expire", "--expire=now", "--all");
    await p.git("gc", "-q", "--prune=now");
    await p.ok("restore", "auth", "--worktree");
    expect(await p.git("-C", p.tree, "rev-parse", "HEAD", "feature/auth")).toBe(head + head);
    await p.ok("destroy", "auth", "--cleanup", "--delete-branch", "--force", "--force-branch");
    await p.git("branch", "feature/auth", "main");
    await p.ok("restore", "auth", "--worktree");
    expect(await p.git("-C", p.tree, "rev-parse", "HEAD")).toBe(head);
    expect(await p.git("-C", p.tree, "branch", "--show-current")).toBe("feature/auth-restored\n");
    expect(await p.git("rev-parse", "feature/auth")).toBe(await p.git("rev-parse", "main"));
  });

  test("a clean worktree on a branch without a commit, of whose name there is one by now", async () => {
    const p = await withSession();
    await p.git("-C", p.tree, "switch", "-q", "--orphan", "fresh");
    expect(await p.ok("diff", "auth")).toContain("-one");
    const undone = async () => {
      await p.ok("destroy", "auth", "--cleanup");
      await p.ok("restore", "auth", "--worktree");
      expect(await p.git("-C", p.tree, "status", "--porcelain")).toBe("");
      return (await p.git("-C", p.tree, "symbolic-ref", "HEAD")).trim();
    };
    expect(await undone()).toBe("refs/heads/fresh");
    await p.ok("destroy", "auth", "--cleanup");
    await p.git("branch", "fresh");
    await p.ok("restore", "auth", "--worktree");
    expect(await p.git("-C", p.tree, "symbolic-ref", "HEAD")).toBe("refs/heads/fresh-restored\n");
    expect(await undone()).toBe("refs/heads/fresh-restored");
  });

  test.each([
    ["feature/auth/more", "feature/auth-restored"],
    ["feature", "feature-auth-restored"],
  ])("the branch %s is in the way of the one that was deleted", async (other, branch) => {
    const p = await withSession();
    await commit(p, p.tree, "own");
    const head = await p.git("-C", p.tree, "rev-parse", "HEAD");
    await p.ok("destroy", "auth", "--cleanup", "--delete-branch", "--force-branch");
    await p.git("branch", other);
    await p.ok("restore", "auth", "--worktree");
    expect(await p.git("-C", p.tree, "rev-parse", "HEAD")).toBe(head);
    expect(await p.git("-C", p.tree, "symbolic-ref", "HEAD")).toBe(`refs/heads/${branch}\n`);
  });

  const IN_ITS_PLACE: readonly [string, (path: string) => unknown][] = [
    ["a file", (path) => writeFileSync(path, "mine")],
    ["a link", (path) => symlinkSync("/", path)],
    ["a directory with files", (path) => mkdirSync(join(path, "mine"), { recursive: true })],
    ["what git could not delete", (path) => {
      mkdirSync(path);
      writeFileSync(join(path, ".git"), "gitdir: /nowhere/.git/worktrees/gone");
    }],
  ];
  test.each(IN_ITS_PLACE)(
    "%s is in its place: it is told what to type, as often as it is tried",
    async (_, put) => {
      const p = await withSession();
      writeFileSync(join(p.tree, "new"), "work");
      await p.ok("destroy", "auth", "--cleanup", "--force");
      put(p.tree);
      mkdirSync(`${p.tree}.left`);
      const { code } = await p.refused("restore", "auth", "--worktree");
      expect([
        code,
        JSON.parse(await p.ok("doctor", "--json")).findings.filter(({ broken = false }) => broken),
      ])
        .toEqual(["place_taken", []]);
      const { stderr } = await p.berth("restore", "auth", "--worktree");
      const typed = [...stderr.matchAll(/"((mv|berth) .*?)"/g)].map(([, command = ""]) => command);
      for (const command of typed) {
        const { status } = await p.in(p.root, ["sh", "-c", command.replace(/^berth/, berth)]);
        expect([command, status]).toEqual([command, 0]);
      }
      expect(readFileSync(join(p.tree, "new"), "utf8")).toBe("work");
      expect(lstatSync(`${p.tree}.left-2`)).toBeDefined();
    },
  );

  test("an empty directory is in nobody's way", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, "new"), "work");
    await p.ok("destroy", "auth", "--cleanup", "--force");
    mkdirSync(p.tree);
    await p.ok("restore", "auth", "--worktree");
    expect(readFileSync(join(p.tree, "new"), "utf8")).toBe("work");
  });

  test("of several sessions that had the name, removed within a second, the last one is meant", async () => {
    const p = await project();
    for (let round = 1; round <= 6; round++) {
      await p.ok("new", "auth");
      writeFileSync(join(await p.worktree("auth"), "work"), String(round));
      await p.ok("destroy", "auth", "--cleanup", "--force", "--delete-branch");
    }
    await p.ok("restore", "auth", "--worktree");
    expect(readFileSync(join(await p.worktree("auth"), "work"), "utf8")).toBe("6");
  });

  test("the name is taken again", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, "new"), "work");
    await p.ok("destroy", "auth", "--cleanup", "--delete-branch", "--force");
    await p.ok("new", "auth");
    expect(await p.refused("restore", "auth", "--worktree")).toMatchObject({ code: "name_taken", status: 6 });
    await p.ok("restore", "auth", "--worktree", "--as", "auth-2");
    expect((await p.session("auth-2")).project?.worktree).toBe(p.tree);
    expect(readlinkSync(join(p.root, ".worktrees/auth-2"))).toBe(basename(p.tree));
    expect(readFileSync(join(p.tree, "new"), "utf8")).toBe("work");
  });

  test("a restore without the worktree leaves it where it is kept, and it comes back later", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, "new"), "work");
    await p.ok("destroy", "auth", "--cleanup", "--force");
    await p.ok("restore", "auth");
    expect(existsSync(p.tree)).toBe(false);
    await p.ok("destroy", "auth");
    await p.ok("restore", "auth");
    await p.ok("restore", "auth", "--worktree");
    expect(readFileSync(join(p.tree, "new"), "utf8")).toBe("work");
  });

  test("more than the limit is refused before anything goes, with a hint that works", async () => {
    const p = await withSession();
    await p.ok("config", "limits.removedMB", "1");
    writeFileSync(join(p.tree, "large"), new Uint8Array(3 << 20));
    const { stderr, status } = await p.berth("destroy", "auth", "--cleanup", "--force");
    expect(status).toBe(6);
    expect(stderr).toContain('the largest file is "large"');
    expect(existsSync(join(p.tree, "large"))).toBe(true);
    expect((await p.session("auth"))["pending"]).toBeUndefined();
    const [, words = ""] = /"berth (config [^"]+)"/.exec(stderr) ?? [];
    await p.ok(...words.split(" "));
    await p.ok("destroy", "auth", "--cleanup", "--force");
    await p.ok("restore", "auth", "--worktree");
    expect(lstatSync(join(p.tree, "large")).size).toBe(3 << 20);
  });

  test.each([
    ["by one call", [], 0],
    ["each by itself where that fails", ["-e", "inject=syncfs:error=EIO"], 130],
  ])("many files are back, on the disk before they have their names, %s", async (_, fault, syncs) => {
    const p = await project();
    await p.ok("new", "auth");
    const tree = await p.worktree("auth");
    const names = Array.from({ length: 130 }, (_, at) => `deep/er/${at}`);
    mkdirSync(join(tree, "deep/er"), { recursive: true });
    for (const name of names) writeFileSync(join(tree, name), name);
    await p.ok("destroy", "auth", "--cleanup", "--force");
    const log = join(p.home, "calls");
    const calls = ["-e", "trace=fsync,syncfs,rename,execve", ...fault];
    const traced = ["strace", "-f", "-qq", "-y", ...calls, "-s", "200", "-o", log];
    expect((await p.in(p.root, [...traced, berth, "restore", "auth", "--worktree"])).status).toBe(0);
    for (const name of names) expect([name, readFileSync(join(tree, name), "utf8")]).toEqual([name, name]);
    expect(readdirSync(tree).filter((name) => name.startsWith(".berth"))).toEqual([]);
    const lines = readFileSync(log, "utf8").split("\n");
    const half = (call: string) => (line: string) =>
      line.includes(` ${call}(`) && line.includes(`${tree}/.berth-bringing-back`);
    expect(lines.filter(half("fsync")).length).toBe(syncs);
    const named = lines.flatMap((line, at) => half("rename")(line) ? [at] : []);
    expect(named.length).toBe(130);
    const all = lines.findIndex((line) => line.includes(` syncfs(`) && line.includes(`<${tree}>`));
    const last = (text: string) => lines.findLastIndex((line) => line.includes(text));
    const directories = ["/deep/er>", "/deep>"].map((name) => last(`${tree}${name}`));
    // They are lasting before the first has its name.
    expect(all).toBeGreaterThan(0);
    expect(Math.max(all, lines.findLastIndex(half("fsync")))).toBeLessThan(named.at(0) ?? 0);
    for (const at of directories) {
      expect([at > (named.at(-1) ?? at), at < last('"update-ref"')]).toEqual([true, true]);
    }
  });

  test("a file of 100 MB that is in no commit", async () => {
    const p = await withSession();
    const bytes = new Uint8Array(100 << 20).fill(7);
    writeFileSync(join(p.tree, "large"), bytes);
    await p.ok("destroy", "auth", "--cleanup", "--force");
    await p.ok("restore", "auth", "--worktree");
    expect(Bun.hash(readFileSync(join(p.tree, "large")))).toBe(Bun.hash(bytes));
  }, 120_000);

  test("the report says what was kept, and the very command that brings it back", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, "new"), "work");
    const { stderr } = await p.berth("destroy", "auth", "--cleanup", "--force");
    expect(stderr).toContain(`berth: destroyed auth of "${p.root}"`);
    const [, words = "", ref = ""] =
      /"berth (restore [^"]+)" brings it back, .* (refs\/berth\/\S+)/.exec(stderr) ?? [];
    expect(await p.git("rev-parse", ref)).not.toBe("");
    const { stdout, stderr: said } = await p.berth(...words.split(" "));
    expect(stdout).toMatch(/^uuid--/);
    expect(said).toContain("with 1 file that was in no commit");
  });

  test.each([
    ["that are clean", [] as string[], ""],
    [
      "with commits that no remote has",
      ["--force"],
      "cd sub; git commit -q --allow-empty -m own; echo new > new",
    ],
    [
      "in submodules",
      ["--force"],
      "cd sub/deep; git commit -q --allow-empty -m own; git gc -q; echo new > new",
    ],
  ])("submodules %s", async (_, force, script) => {
    const p = await project();
    const [deep, part] = [join(p.home, "deep"), join(p.home, "part")];
    for (const path of [deep, part]) await repository(p, path);
    await p.git("-C", part, "submodule", "--quiet", "add", deep, "deep");
    await p.git("-C", part, "commit", "-qm", "deep");
    await p.git("submodule", "--quiet", "add", part, "sub");
    await p.git("commit", "-qm", "sub");
    await p.ok("new", "auth");
    const tree = await p.worktree("auth");
    const update = "git submodule --quiet update --init --recursive";
    expect(await p.in(tree, ["sh", "-ec", `${update}; ${script}`])).toMatchObject({ status: 0 });
    const where = join(tree, script === "" ? "sub" : script.slice("cd ".length, script.indexOf(";")));
    const say = async () => [
      await p.git("-C", where, "log", "--format=%H"),
      await p.git("-C", where, "status", "--porcelain"),
    ];
    const before = await say();
    if (script !== "") expect(await p.refused("destroy", "auth", "--cleanup")).toMatchObject({ status: 6 });
    await p.ok("destroy", "auth", "--cleanup", ...force);
    await p.ok("restore", "auth", "--worktree");
    // One with nothing of its own is made again from where it came.
    if (script === "") expect(await p.in(tree, ["sh", "-ec", update])).toMatchObject({ status: 0 });
    expect(await say()).toEqual(before);
  });

  test("purge removes what was kept with its archive", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, "new"), "work");
    await p.ok("destroy", "auth", "--cleanup", "--force");
    expect(await p.git("for-each-ref", "refs/berth")).not.toBe("");
    await p.ok("purge", "--yes");
    expect(await p.git("for-each-ref", "refs/berth")).not.toBe("");
    await p.ok("config", "maxCount", "0");
    await p.ok("purge");
    expect(await p.git("for-each-ref", "refs/berth")).not.toBe("");
    await p.ok("purge", "--yes");
    expect(await p.git("for-each-ref", "refs/berth")).toBe("");
    expect(p.stored("archive")).toEqual([]);
  });
});
