/** No space left where git writes, in a small file system of the test's own. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { berth } from "../../support/berth.ts";
import { project } from "../../support/project.ts";

/** A mount namespace of its own, so that nothing is left mounted; without root it is a user's. */
const ALONE = ["unshare", ...process.getuid?.() === 0 ? [] : ["--map-root-user"], "--mount", "sh", "-ec"];

/** `$1` of the disk is left; what is printed at the end must be the work as it was. */
const SCRIPT = `
  mkdir disk; mount -t tmpfs -o size=4m none disk
  git clone -q . disk/repo; cd disk/repo
  full() { head -c 10000000 /dev/zero > ../fill 2>/dev/null || true; }
  room() { rm ../fill; }
  tree() { "$BERTH" show auth --json | sed -n 's/.*"worktree": *"\\([^"]*\\)".*/\\1/p'; }
  made() { "$BERTH" new auth 2>/dev/null; head -c 300000 /dev/urandom > "$(tree)/work"; cksum < "$(tree)/work"; }
  gone() { "$BERTH" destroy auth --cleanup --force --delete-branch 2>/dev/null; }
  back() { "$BERTH" restore auth --worktree 2>/dev/null >/dev/null; cksum < "$(tree)/work"; }
`;

const CASES = {
  new: `full; "$BERTH" new auth --json >&2 || echo status $?; room
    git worktree list | wc -l; git branch --list 'feature/*'; "$BERTH" new auth 2>/dev/null`,
  destroy: `made; full; "$BERTH" destroy auth --cleanup --force --json >&2 || echo status $?; room
    cksum < "$(tree)/work"; gone; back`,
  restore: `made; gone; full; "$BERTH" restore auth --worktree --json >&2 || echo status $?; room; back`,
};

test.each(Object.entries(CASES))(
  "%s: the cause is shown, nothing is lost, and it goes on with room again",
  async (
    step,
    script,
  ) => {
    const p = await project();
    const { stdout, stderr, status } = await p.in(p.root, [...ALONE, SCRIPT + script], {
      env: { BERTH: berth },
    });
    expect([stderr, status]).toEqual([expect.stringContaining('{"error":{"code":"git_failed"'), 0]);
    expect(stderr).toMatch(
      /git says .*(No space left on device|unable to write|couldn't write|could not write)/,
    );
    const lines = stdout.trim().split("\n").filter((line) => line !== "auth");
    expect(lines).toContain("status 1");
    const work = lines.filter((line) => line !== "status 1");
    if (step === "new") expect(work).toEqual(["1"]);
    else expect([work.length, new Set(work).size]).toEqual([step === "destroy" ? 3 : 2, 1]);
  },
  60_000,
);

/** Room for the first of the branch's two files, and for half of the second. */
const FINISH = `
  "$BERTH" new auth 2>/dev/null; cd "$(tree)"
  for name in a b; do head -c 400000 /dev/urandom > $name; done
  head -c 400000 /dev/urandom > tracked.txt; git add -A; git commit -q -m work; cd - > /dev/null
  full; truncate -s -600000 ../fill
  "$BERTH" finish auth --json >&2 || echo status $?
  git status --porcelain; git rev-list --count main; room
  "$BERTH" finish auth 2>/dev/null; git rev-list --count main; git status --porcelain
`;

test(
  "finish: files that git could not write whole are taken back, and it goes on with room again",
  async () => {
    const p = await project();
    writeFileSync(join(p.root, "tracked.txt"), "as it was\n");
    await p.git("add", "tracked.txt");
    await p.git("commit", "-q", "-m", "tracked");
    const before = (await p.git("rev-list", "--count", "main")).trim();
    const { stdout, stderr, status } = await p.in(p.root, [...ALONE, SCRIPT + FINISH], {
      env: { BERTH: berth },
    });
    expect([stderr, status]).toEqual([expect.stringContaining('{"error":{"code":"finish_failed"'), 0]);
    expect(stderr).not.toContain("could not be taken back");
    const lines = stdout.trim().split("\n").filter((line) => line !== "auth");
    expect(lines).toEqual(["status 1", before, `${Number(before) + 1}`]);
  },
  60_000,
);
