/** Main checkouts of which git need not be asked, held against git. */
import { expect, test } from "bun:test";
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { isPlainCheckout } from "../../../src/sessions/git/plain-worktree.ts";
import { berth } from "../../support/berth.ts";
import { type Project, project } from "../../support/project.ts";

const PLAIN = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n";
const REMOTE =
  '[remote "origin"]\n\turl = ../a b\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n[branch "main"]\n\tmerge = refs/heads/main\n';

/** What git says: the top of the checkout; undefined where it says nothing. */
const topOf = (p: Project): Promise<string | undefined> =>
  p.git("rev-parse", "--show-toplevel").then((out) => out.trimEnd(), () => undefined);

test.each([["as git makes it", PLAIN], ["that follows a remote", PLAIN + REMOTE]])(
  "one %s is plain",
  async (_, settings) => {
    const p = await project();
    writeFileSync(join(p.root, ".git/config"), settings);
    expect([isPlainCheckout(p.root), await topOf(p)]).toEqual([true, p.root]);
  },
);

const ODD: [string, string][] = [
  ["is broken", `${PLAIN}[broken\n`],
  ["has a line that is none", `${PLAIN}\t= x\n`],
  ["has an open quote", `${PLAIN}\tpager = "less\n`],
  ["has its checkout elsewhere", `${PLAIN}\tworktree = /tmp\n`],
  ["has no checkout", PLAIN.replace("false", "true")],
  ["says it in another way", PLAIN.replace("bare = false", "bare")],
  ["is of a version that nobody knows", PLAIN.replace("= 0", "= 99")],
  ["has extensions", `${PLAIN.replace("= 0", "= 1")}[extensions]\n\tunheardOf = true\n`],
  ["has another file beside it", `${PLAIN}[include]\n\tpath = other\n`],
];

test.each(ODD)("one whose configuration %s is not: git is asked", async (_, settings) => {
  const p = await project();
  writeFileSync(join(p.root, ".git/config"), settings);
  expect(isPlainCheckout(p.root)).toBe(false);
});

test.each<[string, (p: Project) => void]>([
  ["without a HEAD", (p) => rmSync(join(p.root, ".git/HEAD"))],
  ["behind a link", (p) => {
    renameSync(join(p.root, ".git"), join(p.home, "elsewhere"));
    symlinkSync(join(p.home, "elsewhere"), join(p.root, ".git"));
  }],
  ["in a file", (p) => {
    renameSync(join(p.root, ".git"), join(p.home, "elsewhere"));
    writeFileSync(join(p.root, ".git"), `gitdir: ${join(p.home, "elsewhere")}\n`);
  }],
  ["that is no repository", (p) => rmSync(join(p.root, ".git"), { recursive: true })],
  ["of somebody else", (p) => {
    if (process.geteuid?.() === 0) chownSync(join(p.root, ".git"), 12345, 12345);
    else rmSync(join(p.root, ".git/objects"), { recursive: true });
  }],
])("one %s is not either", async (_, change) => {
  const p = await project();
  expect(isPlainCheckout(p.root)).toBe(true);
  change(p);
  expect(isPlainCheckout(p.root)).toBe(false);
});

test("where git cannot read what the user has set, the repository is called unreadable all the same", async () => {
  const p = await project();
  await p.ok("new", "auth");
  const tree = await p.worktree("auth");
  const home = join(p.home, "broken");
  const settings = join(home, ".gitconfig");
  mkdirSync(home);
  writeFileSync(settings, "[broken\n");
  // Git before 2.32 knows no variable for that file.
  const env = { HOME: home, GIT_CONFIG_GLOBAL: settings };
  for (const words of [["finish", "auth"], ["destroy", "auth", "--cleanup"]]) {
    const { status, stderr } = await p.in(p.root, [berth, ...words, "--json"], { env });
    expect([status, JSON.parse(stderr).error.code]).toEqual([1, "repository_unreadable"]);
    expect(stderr).toContain("in file");
  }
  expect([existsSync(tree), (await p.session("auth"))["pending"]]).toEqual([true, undefined as never]);
});
