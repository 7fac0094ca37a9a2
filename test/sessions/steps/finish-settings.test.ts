/** What git's own settings have to say when a session is finished: strategies, squashes, signing that succeeds. */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { berth } from "../../support/berth.ts";
import { all, type Finishable, finishable, isGit, MERGES_ALONE } from "../../support/finish.ts";
import { read } from "../../support/project.ts";

/** Base and session have changed the same lines, and the base has a file of its own. */
async function diverged(): Promise<Finishable> {
  const p = await finishable();
  await p.commit(p.root, "other.txt", "theirs\n");
  await p.commit(p.root, "file.txt", "theirs\n");
  return p;
}

describe("branch.main.mergeOptions", () => {
  test.each([["-X ours", "theirs\n"], ["-X theirs", "mine\n"], ["-s ours", "theirs\n"]])(
    "%s decides what would be a conflict",
    async (options, text) => {
      const p = await diverged();
      await p.git("config", "branch.main.mergeOptions", options);
      await p.ok("finish", "auth");
      expect([read(join(p.root, "file.txt")), read(join(p.root, "other.txt"))]).toEqual([text, "theirs\n"]);
      expect(existsSync(p.tree)).toBe(false);
    },
  );

  test.each(["-X ours", "--no-ff", "--squash"])(
    "%s of a base that is checked out nowhere: refused with what to type, and no file of the base's is lost",
    async (options) => {
      const p = await diverged();
      await p.git("config", "branch.main.mergeOptions", options);
      await p.git("switch", "-qc", "elsewhere");
      const before = await all(p);
      const error = await p.refused("finish", "auth");
      // What is in each other's way is said first.
      const early = options === "-X ours" || !MERGES_ALONE;
      expect(error.code).toBe(early ? "base_needs_checkout" : "finish_conflict");
      expect(await all(p)).toEqual(before);
      await p.git("-C", p.tree, "reset", "-q", "--hard", "HEAD~1");
      await p.commit(p.tree, "new.txt", "mine\n");
      const why = MERGES_ALONE ? "branch.main.mergeoptions" : "2.38";
      expect((await p.refused("finish", "auth")).message).toContain(why);
      expect(await p.git("show", "main:other.txt")).toBe("theirs\n");
    },
  );

  test.each(["--no-commit", "--squash"])("%s makes no commit: it is taken back", async (options) => {
    const p = await finishable();
    await p.commit(p.root, "other.txt", "theirs\n");
    await p.git("config", "branch.main.mergeOptions", options);
    const before = await all(p);
    const error = await p.refused("finish", "auth");
    expect([error.code, error.status]).toEqual(["finish_failed", 1]);
    expect(error.message).toContain("no commit");
    expect(await all(p)).toEqual(before);
    await p.ok("finish", "auth", "--squash");
    expect(read(join(p.root, "file.txt"))).toBe("mine\n");
  });

  test("--squash beside what somebody has staged: that stays", async () => {
    const p = await finishable();
    await p.git("config", "branch.main.mergeOptions", "--squash");
    writeFileSync(join(p.root, "staged.txt"), "staged\n");
    await p.git("add", "staged.txt");
    await p.refused("finish", "auth");
    expect(await p.git("show", ":staged.txt")).toBe("staged\n");
    expect(read(join(p.tree, "file.txt"))).toBe("mine\n");
  });
});

test.each([["merge.verifySignatures", "true"], ["pull.twohead", "ours"]])(
  "%s: refused where the base is checked out nowhere, and as git does where it is",
  async (key, value) => {
    const p = await finishable();
    await p.commit(p.root, "other.txt", "theirs\n");
    await p.git("config", key, value);
    await p.git("switch", "-qc", "elsewhere");
    const error = await p.refused("finish", "auth");
    expect([error.code, error.status]).toEqual(["base_needs_checkout", 6]);
    expect(error.message).toContain(MERGES_ALONE ? key.toLowerCase() : "2.38");
    await p.git("switch", "-q", "main");
    const { status } = await p.berth("finish", "auth");
    expect([status, read(join(p.root, "file.txt"))]).toEqual([value === "true" ? 1 : 0, "one\n"]);
  },
);

describe("signing that succeeds", () => {
  /** A key of the test's own, which git is told to sign with and to trust. */
  async function signing(): Promise<Finishable> {
    const p = await finishable();
    const key = join(p.root, "../key");
    expect((await p.in(p.root, ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])).status).toBe(0);
    writeFileSync(`${key}.allowed`, `berth@example.invalid ${readFileSync(`${key}.pub`, "utf8")}`);
    await p.commit(p.root, "other.txt", "theirs\n");
    const settings = {
      "gpg.format": "ssh",
      "gpg.ssh.allowedSignersFile": `${key}.allowed`,
      "user.signingKey": key,
      "commit.gpgSign": "true",
    };
    for (const [name, value] of Object.entries(settings)) await p.git("config", name, value);
    return p;
  }

  const signature = async (p: Finishable) => (await p.git("log", "-1", "--format=%G?", "main")).trim();

  test.each([["--merge"], ["--squash"], ["--rebase"]])("%s, in a checkout and without one", async (way) => {
    for (const elsewhere of [false, true]) {
      const p = await signing();
      // A git that knows no such format fails, and all is as it was.
      if (!isGit(34)) {
        const before = await all(p);
        await p.refused("finish", "auth", way);
        expect(await all(p)).toEqual(before);
        continue;
      }
      if (elsewhere) await p.git("switch", "-qc", "elsewhere");
      await p.ok("finish", "auth", way);
      expect([await signature(p), await p.git("show", "main:file.txt")]).toEqual(["G", "mine\n"]);
    }
  });
});

describe("mounts", () => {
  test.each([["finish", "auth"], ["prune", "--yes"]])(
    "one in the worktree: %s leaves all as it is",
    async (...words) => {
      const p = await finishable();
      if (words[0] === "prune") await p.git("merge", "-q", "--ff-only", "feature/auth");
      writeFileSync(join(p.root, ".git/info/exclude"), "data\n", { flag: "a" });
      mkdirSync(join(p.tree, "data"));
      const before = await all(p);
      const root = process.getuid?.() === 0 ? [] : ["--map-root-user"];
      const script = `mount -t tmpfs none ${p.tree}/data; "$BERTH" ${words.join(" ")} --json 2>&1 || true`;
      const { stdout } = await p.in(p.root, ["unshare", ...root, "--mount", "sh", "-ec", script], {
        env: { BERTH: berth },
      });
      expect(stdout).toContain(words[0] === "prune" ? "mounted" : '"code":"worktree_has_mounts"');
      expect(stdout).toContain(join(p.tree, "data"));
      expect(await all(p)).toEqual(before);
    },
  );
});
