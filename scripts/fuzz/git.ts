/** Readers of what git prints, whatever a version or a wrapper of it makes of that. */
import { look } from "../../src/sessions/git/look.ts";
import { type Git, lastLine } from "../../src/sessions/git/git.ts";
import { trackedRemotes } from "../../src/sessions/git/remote-refs.ts";
import { notCommitted } from "../../src/sessions/merge/in-the-way.ts";
import { changesOf, distance, preview } from "../../src/sessions/merge/preview.ts";
import { hold, ofText, type Target } from "./target.ts";

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
