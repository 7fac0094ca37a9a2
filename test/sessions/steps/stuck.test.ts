/** A worktree that git could not remove to the end is left whole. */
import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { berth } from "../../support/berth.ts";
import { type Project, project } from "../../support/project.ts";
import { commit } from "../../support/work.ts";

/** Whom permissions hold for: root without what lets it pass them by. */
const bound = (...command: string[]): string[] => {
  if (process.geteuid?.() !== 0) return command;
  const without = "-dac_override,-dac_read_search";
  return ["setpriv", `--inh-caps=${without}`, `--bounding-set=${without}`, ...command];
};

const make = (path: string, file = "file") => {
  mkdirSync(path, { recursive: true });
  if (file !== "") writeFileSync(join(path, file), "text");
};

/** Directories below the worktree, and their modes. */
const CASES: readonly [string, (tree: string) => void, mode: number, at: string][] = [
  ["tracked files in a directory", () => {}, 0o555, "own"],
  ["ignored files in one", (tree) => make(join(tree, "ignored/mod")), 0o555, "ignored/mod"],
  ["an empty directory in one", (tree) => make(join(tree, "a/b"), ""), 0o555, "a"],
  [
    "one of a repository inside that is ignored",
    (tree) => {
      Bun.spawnSync(["git", "init", "-q", join(tree, "ignored/repository")]);
      make(join(tree, "ignored/repository/deep"));
    },
    0o555,
    "ignored/repository/deep",
  ],
  ["the folder of the worktrees itself", () => {}, 0o555, ".."],
];

async function withSession(): Promise<Project & { tree: string; look: () => string[] }> {
  const p = await project();
  p.write(".gitignore", "ignored\n");
  p.write("own/file", "text");
  await p.git("add", ".");
  await p.git("commit", "-qm", "files");
  await p.ok("new", "auth");
  const tree = await p.worktree("auth");
  return { ...p, tree, look: () => readdirSync(tree, { recursive: true }).map(String).sort() };
}

describe.each([["destroy", ["destroy", "auth", "--cleanup"]], ["with --force", [
  "destroy",
  "auth",
  "--cleanup",
  "--force",
]], ["finish", ["finish", "auth"]]])("%s", (what, words) => {
  test.each(CASES)("nothing can be taken out: %s", async (_, prepare, mode, at) => {
    const p = await withSession();
    if (what === "finish") await commit(p, p.tree, "own work");
    prepare(p.tree);
    chmodSync(join(p.tree, at), mode);
    const before = p.look();
    const refused = await p.in(p.root, bound(berth, ...words, "--json"));
    const { code, message, hint } = JSON.parse(refused.stderr).error;
    expect([code, refused.status]).toEqual(["worktree_fixed", 6]);
    expect(message).toContain(JSON.stringify(at === ".." ? dirname(p.tree) : join(p.tree, at)));
    expect(p.look()).toEqual(before);
    expect((await p.session("auth"))["pending"]).toBeUndefined();
    // What the hint says is typed as it stands.
    const [, command = ""] = /^Type "(.*)", then the command again$/.exec(hint) ?? [];
    expect((await p.in(p.root, bound("sh", "-c", command))).status).toBe(0);
    // The repository is work, which goes by force only.
    if (what !== "with --force") await p.in(p.tree, ["rm", "-rf", "ignored/repository"]);
    expect(await p.in(p.root, bound(berth, ...words))).toMatchObject({ status: 0 });
    expect(existsSync(p.tree)).toBe(false);
  });
});

test("many of them are freed by one command", async () => {
  const p = await withSession();
  for (let n = 0; n < 9; n++) {
    make(join(p.tree, `ignored/mod/${n}`));
    chmodSync(join(p.tree, `ignored/mod/${n}`), 0o555);
  }
  const { stderr } = await p.in(p.root, bound(berth, "destroy", "auth", "--cleanup"));
  expect(stderr).toContain(`and 4 more`);
  const [, command = ""] = /hint: Type "(chmod -R [^"]*)"/.exec(stderr) ?? [];
  await p.in(p.root, bound("sh", "-c", command));
  expect(await p.in(p.root, bound(berth, "destroy", "auth", "--cleanup"))).toMatchObject({ status: 0 });
});

test("a directory that nobody may look into is named, also in a repository inside", async () => {
  const p = await withSession();
  Bun.spawnSync(["git", "init", "-q", join(p.tree, "ignored/repository")]);
  const closed = join(p.tree, "ignored/repository/closed");
  make(closed);
  chmodSync(closed, 0);
  const words = ["destroy", "auth", "--cleanup", "--force", "--json"];
  const { stderr, status } = await p.in(p.root, bound(berth, ...words));
  const { code, message } = JSON.parse(stderr).error;
  expect([code, status]).toEqual(["worktree_unreadable", 6]);
  expect(message).toContain(JSON.stringify(closed));
  chmodSync(closed, 0o755);
  expect(existsSync(join(closed, "file"))).toBe(true);
});
