import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../../errors/errors.ts";
import { type Git, must } from "../git/git.ts";
import { longWork } from "../git/long-work.ts";
import { elsewhere, trackedRemotes } from "../git/remote-refs.ts";
import { quoted } from "../git/quoted.ts";
import { type Collected, type Found, targetOf } from "./collect.ts";
import { type Entry, MANIFEST, type Manifest } from "./manifest.ts";

/** What is kept, and how much of it at most. */
export interface Keeping {
  /** The session. */
  readonly id: string;
  readonly name: string;
  /** What HEAD names; null where it is detached. */
  readonly branch: string | null;
  /** Null before the first commit. */
  readonly head: string | null;
  /** Where a branch stands that goes as well; null when none does. */
  readonly tip: string | null;
  /** Bytes. */
  readonly limit: number;
}

/** The refs that undo removals, each named by a UUID. */
export const REMOVED = "refs/berth/removed";

/** Who the commit is of: nobody's name is to stand there, and git must not ask for one. */
const IDENTITY = {
  GIT_AUTHOR_NAME: "berth",
  GIT_AUTHOR_EMAIL: "berth@localhost",
  GIT_COMMITTER_NAME: "berth",
  GIT_COMMITTER_EMAIL: "berth@localhost",
};

/**
 * Put what is in a worktree into a commit: files byte by byte, past all
 * filters; the index and what else git has of the worktree as it is; every commit that only these name.
 *
 * @returns the commit, which no ref names yet
 * @throws `work_too_large`, `work_not_kept`; `git_failed`
 */
export async function keepWork(
  worktree: Git,
  admin: string,
  collected: Collected,
  keeping: Keeping,
): Promise<string> {
  refuseLarge(collected, keeping);
  const files = await stored(worktree, worktree.directory, collected.files);
  const own = await stored(worktree, admin, collected.admin);
  const { id, branch, head } = keeping;
  const manifest: Manifest = {
    schema: 1,
    id,
    branch,
    head,
    files,
    directories: [...collected.directories],
    missing: [...collected.missing],
    admin: own,
  };
  const tree = await treeOf(worktree, admin, manifest);
  const naming = collected.admin.filter(({ path }) => NAMING.has(path) || path.startsWith("refs/"));
  const parents = await parentsOf(worktree, naming.map(({ path }) => join(admin, path)), keeping);
  const words = `berth: what was in the worktree of ${keeping.name}\n\n` +
    `${
      files.filter(({ kind }) => kind !== "directory").length
    } files of it stood in no commit. "berth restore ${keeping.name} --worktree" brings them back.\n`;
  const args = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent]), "-m", words];
  return (await must(worktree, "keep the work", args, { marks: IDENTITY })).trim();
}

/** Hold a commit by a ref. @param before what it held; left out where it is not there yet */
export async function keepCommit(git: Git, ref: string, commit: string, before = ""): Promise<void> {
  await must(git, "keep the work", ["update-ref", "--no-deref", ref, commit, before]);
}

function refuseLarge({ files, admin }: Collected, { limit, name }: Keeping): void {
  const bytes = [...files, ...admin].reduce((sum, { size }) => sum + size, 0);
  if (bytes <= limit) return;
  const [largest] = [...files, ...admin].sort((a, b) => b.size - a.size);
  throw fail("work_too_large", { session: name, bytes, limit, path: largest?.path ?? "" });
}

/** Files that one git puts there. */
const AT_ONCE = 1000;

/** Put the content of files into git's object store. */
async function stored(git: Git, root: string, found: readonly Found[]): Promise<Entry[]> {
  const files = found.filter(({ kind }) => kind === "file");
  const objects: string[] = [];
  const told = longWork("keep the work");
  for (let at = 0; at < files.length; at += AT_ONCE) {
    told(() => `${at} of ${files.length} files`);
    const some = files.slice(at, at + AT_ONCE);
    const input = some.map(({ path }) => `${quoted(join(root, path))}\n`).join("");
    const args = ["hash-object", "-w", "--no-filters", "--stdin-paths"];
    objects.push(...(await must(git, "keep the work", args, { input })).trimEnd().split("\n"));
  }
  return [
    ...files.map(({ path, mode }, at) => ({
      kind: "file" as const,
      path,
      object: objects[at] ?? "",
      executable: (mode & 0o100) !== 0,
      mode,
    })),
    ...found.filter(({ kind }) => kind === "link").map(({ path }) => ({
      kind: "link" as const,
      path,
      target: targetOf(join(root, path)),
    })),
    ...found.filter(({ kind }) => kind === "directory").map(({ path }) => ({
      kind: "directory" as const,
      path,
    })),
  ];
}

/**
 * The tree that holds all of it. Its names are numbers: git takes not every name that a file can have (`.git`), and a
 * `.gitattributes` at its own place would have its say. The manifest has the names.
 */
async function treeOf(git: Git, admin: string, manifest: Manifest): Promise<string> {
  const text = await must(git, "keep the work", ["hash-object", "-w", "--stdin"], {
    input: `${JSON.stringify(manifest)}\n`,
  });
  const objects = [...manifest.files, ...manifest.admin].flatMap((one) =>
    one.kind === "file" ? [one.object] : []
  );
  const numbered = [...new Set([...objects, ...await staged(git)])].map((object, at) =>
    `100644 ${object}\tobjects/${String(at).padStart(6, "0")}\0`
  );
  const index = join(admin, "berth-index");
  clear(index);
  try {
    const input = `100644 ${text.trim()}\t${MANIFEST}\0${numbered.join("")}`;
    const marks = { GIT_INDEX_FILE: index };
    await must(git, "keep the work", ["update-index", "-z", "--index-info"], { input, marks });
    return (await must(git, "keep the work", ["write-tree"], { marks })).trim();
  } finally {
    clear(index);
  }
}

/** With its lock, which a killed git leaves. Both go with the worktree in any case. */
function clear(index: string): void {
  for (const path of [index, `${index}.lock`]) {
    try {
      rmSync(path, { force: true });
    } catch {
      // Git says so when it wants to write it.
    }
  }
}

/** What the index names and HEAD need not: `git diff-index` tells it for a conflict too. */
async function staged(git: Git): Promise<string[]> {
  const unmerged = await must(git, "list the files", ["ls-files", "-s", "-u", "-z"]);
  const blobs = unmerged.split("\0").map((line) => line.split(" ")[1] ?? "");
  const { status, out } = await git([
    "diff-index",
    "--cached",
    "--raw",
    "--no-abbrev",
    "--no-renames",
    "-z",
    "HEAD",
  ]);
  // Before the first commit there is no HEAD to compare with.
  const lines = status === 0
    ? out.split("\0").filter((line) => line.startsWith(":")).map((line) => line.split(" "))
    : (await must(git, "list the files", ["ls-files", "-s", "-z"])).split("\0").map((
      line,
    ) => ["", line, "", line.split(" ")[1] ?? ""]);
  const changed = lines.flatMap(([, mode = "", , blob = ""]) => mode.startsWith("160000") ? [] : [blob]);
  return [...new Set([...blobs, ...changed])].filter((blob) =>
    /^[0-9a-f]{40,64}$/.test(blob) && !/^0+$/.test(blob)
  );
}

/** Every commit that HEAD, git's own files for the worktree and its reflog name, and that nothing else holds. */
async function parentsOf(git: Git, naming: readonly string[], { head, tip }: Keeping): Promise<string[]> {
  const own = [...new Set([head, tip])].filter((commit) => commit !== null);
  const others = (await commitsAmong(git, namedIn(naming))).filter((commit) => !own.includes(commit));
  if (others.length === 0) return own;
  // What stands on standard input is read where `--stdin` stands, so before `--not`.
  const args = ["rev-list", "--stdin", "--not", ...elsewhere(await trackedRemotes(git)), ...own, "--"];
  const input = others.map((commit) => `${commit}\n`).join("");
  const loose = new Set((await must(git, "look for commits", args, { input })).split("\n"));
  return [...own, ...others.filter((commit) => loose.has(commit))];
}

async function commitsAmong(git: Git, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const args = ["cat-file", "--batch-check=%(objecttype) %(objectname)"];
  const out = await must(git, "look for commits", args, { input: names.map((name) => `${name}\n`).join("") });
  return out.split("\n").flatMap((line) => line.startsWith("commit ") ? [line.slice("commit ".length)] : []);
}

/** Files of git's directory for a worktree that name commits, beside its refs. */
const NAMING = new Set([
  "ORIG_HEAD",
  "MERGE_HEAD",
  "CHERRY_PICK_HEAD",
  "REVERT_HEAD",
  "REBASE_HEAD",
  "rebase-merge/onto",
  "rebase-merge/orig-head",
  "rebase-merge/git-rebase-todo",
  "rebase-merge/done",
  "rebase-merge/autostash",
  "rebase-apply/onto",
  "rebase-apply/orig-head",
  "sequencer/todo",
  "logs/HEAD",
]);

function namedIn(paths: readonly string[]): string[] {
  const text = paths.map((path) => readFileSync(path, "utf8")).join("\n");
  const names = new Set(text.match(/\b[0-9a-f]{40}([0-9a-f]{24})?\b/g));
  return [...names].filter((name) => !/^0+$/.test(name));
}
