/** Readers of what git prints and keeps, whatever a version or a wrapper of it makes of that. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { indexedIn } from "../../src/sessions/git/index-file.ts";
import { look } from "../../src/sessions/git/look.ts";
import { type Git, lastLine } from "../../src/sessions/git/git.ts";
import { worktreesByFiles } from "../../src/sessions/git/worktree-files.ts";
import { trackedRemotes } from "../../src/sessions/git/remote-refs.ts";
import { notCommitted } from "../../src/sessions/merge/in-the-way.ts";
import { changesOf, distance, preview } from "../../src/sessions/merge/preview.ts";
import { hold, ofText, type Target } from "./target.ts";

const scratch = mkdtempSync(join(tmpdir(), "berth-fuzz-git-"));

/** An index of version 2 with these files in it, and no hash of itself: whether that is right is for git to see. */
function indexOf(...names: readonly string[]): Uint8Array {
  const header = Buffer.from("DIRC\0\0\0\x02\0\0\0\0", "latin1");
  header.writeUInt32BE(names.length, 8);
  const entries = names.map((name) => {
    const entry = Buffer.alloc(62 + name.length + 8 & ~7);
    entry.writeUInt32BE(0o100644, 24);
    entry.writeUInt16BE(name.length, 60);
    entry.write(name, 62, "latin1");
    return entry;
  });
  return Buffer.concat([header, ...entries, Buffer.alloc(20)]);
}

/** A git that prints this, whatever it is asked. */
const saying = (out: string, status = 0): Git =>
  Object.assign(() => Promise.resolve({ status, out, err: out }), { directory: "/nowhere" });

export const GIT: readonly Target[] = [
  ofText("git status and ls-files", [
    " M file.txt\0?? new/a\0?? /new/b\0!! ignored/x\0UU both\0",
    "H 100644 0123456789abcdef0123456789abcdef01234567 0\tfile.txt\0S 160000 0123 0\tmodule\0",
    "1 .M N... 100644 100644 100644 0123 0123 a file.txt\0u UU N... 1 2 3 4 a b c both\0? new\0",
  ], async (out) => {
    await look(saying(out));
    hold("a changed file without a name", notCommitted(out).every(({ path }) => typeof path === "string"));
  }),
  {
    name: "git's index",
    samples: [indexOf("a"), indexOf("file.txt", "src/main.ts")],
    read(data) {
      const files = indexedIn(Buffer.from(data)) ?? [];
      hold("a file without a name", files.every(({ path }) => path !== ""));
      hold("more files than there is room for", files.length * 62 <= data.length);
    },
  },
  ofText("git's files of a worktree", [
    "ref: refs/heads/feature/a\n",
    "0123456789012345678901234567890123456789\n",
    "/nowhere/worktree/.git\n",
    "[core]\n\tbare = false\n",
  ], (text) => {
    const commonDir = join(scratch, ".git");
    const admin = join(commonDir, "worktrees/a");
    const head = "0".repeat(40);
    const whole = {
      [join(commonDir, "config")]: "[core]\n\tbare = false\n",
      [join(commonDir, "HEAD")]: `${head}\n`,
      [join(admin, "HEAD")]: `${head}\n`,
      [join(admin, "gitdir")]: "/nowhere/worktree/.git\n",
    };
    mkdirSync(admin, { recursive: true });
    for (const changed of Object.keys(whole)) {
      for (const [file, content] of Object.entries(whole)) {
        writeFileSync(file, file === changed ? text : content);
      }
      const found = worktreesByFiles({ root: scratch, commonDir }) ?? [];
      hold("a checkout without a path", found.every(({ path }) => path !== ""));
      hold("a commit that is none", found.every((one) => /^[0-9a-f]{40,64}$/.test(one.head ?? "")));
    }
  }),
  ofText(
    "git merge-tree, diff-tree and rev-list",
    ["0123abc\0file\0other\0\0", "A\0a\0M\0b\0", "2\t3\n"],
    async (out) => {
      await changesOf(saying(out), "a", "b");
      await distance(saying(out), "a", "b");
      for (const status of [0, 1]) {
        const git: Git = Object.assign(
          (args: readonly string[]) =>
            Promise.resolve({
              status: args[0] === "rev-list" ? 0 : status,
              out: args[0] === "rev-list" ? "1\t1" : out,
              err: out,
            }),
          { directory: "/nowhere" },
        );
        await preview(git, "a", "b");
      }
    },
  ),
  ofText(
    "git config",
    ["origin\nupstream\n", "remote.origin.fetch +refs/heads/*:refs/remotes/origin/*\0"],
    async (out) => {
      await trackedRemotes(saying(out));
    },
  ),
  ofText("why git failed", [
    "error: cannot lock ref 'refs/heads/x'\nfatal: it failed\n",
    "git-lfs filter-process: 1: git-lfs: not found\nfatal: the remote end hung up\n",
  ], (err) => void lastLine(err, 128)),
];
