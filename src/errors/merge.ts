import { Exit, kind } from "./kind.ts";
import { quote, quotePath, shellWord, some } from "./quote.ts";

const withArticle = (word: string): string => `${/^[aeiou]/.test(word) ? "an" : "a"} ${word}`;

/** Failures of a session's normal end: its branch goes into another one. */
export const mergeErrors = () => ({
  no_base: kind(
    Exit.refused,
    (d: { session: string; why: string; into: string }) =>
      `Cannot tell which branch session ${quote(d.session)} goes into: ${d.why}`,
    (d) => `Name it: "berth finish ${d.session} --into ${shellWord(d.into)}"`,
    { session: "auth", why: "it was made from v1.2, which is no branch", into: "main" },
  ),
  base_only_remote: kind(
    Exit.refused,
    (d: { session: string; base: string; remote: string; root: string }) =>
      `Cannot merge into ${quote(d.base)}: there is no branch of that name here, only ${quote(d.remote)}`,
    (d) =>
      `Type "git -C ${shellWord(d.root)} branch ${shellWord(d.base)} ${shellWord(d.remote)}", ` +
      `then "berth finish ${d.session} --into ${shellWord(d.base)}"`,
    { session: "auth", base: "main", remote: "origin/main", root: "/home/me/shop" },
  ),
  base_gone: kind(
    Exit.refused,
    (d: { base: string; at: string; commands: readonly string[]; moved: boolean }) =>
      `Cannot merge into ${quote(d.base)}: git has it checked out in ${
        quotePath(d.at)
      }, which is no worktree any more`,
    (d) =>
      `Type ${d.commands.map((one) => `"${one}"`).join(", then ")}, and finish again` +
      (d.moved ? "; where it was moved, git worktree repair with its new path instead" : ""),
    {
      base: "main",
      at: "/home/me/shop-main",
      commands: ["git -C /home/me/shop worktree prune"],
      moved: true,
    },
  ),
  no_worktree: kind(
    Exit.refused,
    (d: { session: string }) => `Session ${quote(d.session)} has no worktree, and no branch to merge`,
    (d) => `Type "berth destroy ${d.session}" to end it`,
    { session: "notes" },
  ),
  finish_work: kind(
    Exit.refused,
    (d: { session: string; lost: readonly string[]; type: string; then: string }) =>
      `Cannot finish session ${quote(d.session)}: its worktree has ${d.lost.join(", ")}`,
    (d) => `Type "${d.type}" ${d.then}`,
    {
      session: "auth",
      lost: ["2 changed files", "1 untracked file"],
      type: "berth diff auth",
      then: "to see what is not committed, and commit it first",
    },
  ),
  finish_detached: kind(
    Exit.refused,
    (d: { session: string }) => `Cannot finish session ${quote(d.session)}: no branch is checked out in it`,
    (d) => `Type "berth run ${d.session} -- git switch -c NAME" to give its commits one`,
    { session: "auth" },
  ),
  finish_branch_gone: kind(
    Exit.refused,
    (d: { session: string; branch: string; commit: string | null; root: string }) =>
      `Cannot finish session ${quote(d.session)}: its branch ${quote(d.branch)} is gone`,
    (d) =>
      d.commit === null
        ? `Make that branch again where it stood, and finish again`
        : `Type "git -C ${shellWord(d.root)} branch ${
          shellWord(d.branch)
        } ${d.commit}", where it stood, and finish again`,
    {
      session: "auth",
      branch: "feature/auth",
      commit: "5d0f4c1e6a614f0e9a540a5fb5d9f9d15d0f4c1e",
      root: "/home/me/shop",
    },
  ),
  finish_conflict: kind(
    Exit.refused,
    (
      d: { session: string; branch: string; base: string; files: readonly string[]; how: "merge" | "rebase" },
    ) =>
      `Cannot ${d.how} ${quote(d.branch)} and ${quote(d.base)}: both changed ${
        some(d.files)
      }; nothing was done`,
    (d) =>
      `Type "berth run ${d.session} -- git ${d.how} ${
        shellWord(d.base)
      }", solve it there, commit, and finish again`,
    { session: "auth", branch: "feature/auth", base: "main", files: ["src/login.ts"], how: "merge" },
  ),
  finish_unrelated: kind(
    Exit.refused,
    (d: { session: string; branch: string; base: string; shallow: string | null }) =>
      `Cannot merge ${quote(d.branch)} into ${quote(d.base)}: they have no commit in common` +
      (d.shallow === null ? "" : ", as far as this shallow clone tells"),
    (d) =>
      d.shallow === null
        ? `Type "berth run ${d.session} -- git merge --no-edit --allow-unrelated-histories ${
          shellWord(d.base)
        }", and finish again`
        : `Type "git -C ${shellWord(d.shallow)} fetch --unshallow", and finish again`,
    { session: "auth", branch: "feature/auth", base: "main", shallow: null },
  ),
  finish_nothing: kind(
    Exit.refused,
    (d: { session: string; branch: string; base: string }) =>
      `Cannot squash ${quote(d.branch)} into ${quote(d.base)}: together its commits change nothing`,
    (d) => `Type "berth finish ${d.session} --merge" to keep them in the history of ${d.base}`,
    { session: "auth", branch: "feature/auth", base: "main" },
  ),
  finish_nobody: kind(
    Exit.failed,
    (d: { branch: string; base: string; why: string }) =>
      `Cannot merge ${quote(d.branch)} into ${
        quote(d.base)
      }: git does not know who you are (${d.why}); nothing was done`,
    () =>
      `Type "git config --global user.name 'YOUR NAME'" and "git config --global user.email YOU@HOST", and finish again`,
    { branch: "feature/auth", base: "main", why: "no email was given and auto-detection is disabled" },
  ),
  finish_not_ahead: kind(
    Exit.refused,
    (d: { session: string; branch: string; base: string }) =>
      `Cannot move ${quote(d.base)} on to ${quote(d.branch)}: it has commits that the branch has not`,
    (d) => `Type "berth finish ${d.session} --rebase", or "berth finish ${d.session} --merge"`,
    { session: "auth", branch: "feature/auth", base: "main" },
  ),
  finish_within: kind(
    Exit.busy,
    (d: { session: string; pid: number }) =>
      `Cannot merge in the middle of the merge of ${
        quote(d.session)
      }: process ${d.pid} waits for the hook that calls this`,
    () => `Take it out of that hook, and type it afterwards`,
    { session: "auth", pid: 4711 },
  ),
  base_dirty: kind(
    Exit.refused,
    (d: { base: string; at: string; files: readonly string[] }) =>
      `Cannot merge into ${quote(d.base)}: ${quotePath(d.at)} has work in ${
        some(d.files)
      } that no commit has`,
    (d) => `Type "git -C ${shellWord(d.at)} status" to see it, and commit or move it away`,
    { base: "main", at: "/home/me/shop", files: ["src/login.ts"] },
  ),
  base_busy: kind(
    Exit.refused,
    (d: { base: string; at: string; step: string }) =>
      `Cannot merge into ${quote(d.base)}: ${withArticle(d.step)} is under way in ${quotePath(d.at)}`,
    (d) => `Type "git -C ${shellWord(d.at)} status" to see how it goes on or back`,
    { base: "main", at: "/home/me/shop", step: "rebase" },
  ),
  base_locked: kind(
    Exit.busy,
    (d: { base: string; at: string; lock: string }) =>
      `Cannot merge into ${quote(d.base)}: another git is at work in ${quotePath(d.at)}, or was killed there`,
    (d) => `Wait until it is done; if none is left, type "rm ${shellWord(d.lock)}", and finish again`,
    { base: "main", at: "/home/me/shop", lock: "/home/me/shop/.git/index.lock" },
  ),
  base_needs_checkout: kind(
    Exit.refused,
    (d: { session: string; base: string; why: string; root: string }) =>
      `Cannot merge into ${quote(d.base)}, which is checked out nowhere: ${d.why}`,
    (d) =>
      `Type "git -C ${shellWord(d.root)} worktree add ${
        shellWord(`${d.root}-${d.base.replaceAll("/", "-")}`)
      } ` +
      `${shellWord(d.base)}", then "berth finish ${d.session}" again`,
    {
      session: "auth",
      base: "main",
      why: "the hook pre-merge-commit is to run for it",
      root: "/home/me/shop",
    },
  ),
  finish_failed: kind(
    Exit.failed,
    (d: { branch: string; base: string; why: string; left: string | null }) =>
      `Cannot merge ${quote(d.branch)} into ${quote(d.base)}: ${d.why}` +
      (d.left === null
        ? "; nothing was done"
        : `; what it left in ${quotePath(d.left)} could not be taken back`),
    (d) =>
      d.left === null
        ? `Put right what git names, and finish again`
        : `Type "git -C ${shellWord(d.left)} status" to see it`,
    { branch: "feature/auth", base: "main", why: "the hook pre-merge-commit failed", left: null },
  ),
  finish_half: kind(
    Exit.refused,
    (d: { session: string; base: string; why: string }) =>
      `Session ${quote(d.session)} is merged into ${quote(d.base)}, and stays: ${d.why}`,
    (d) => `Type "berth finish ${d.session}" again when that is put right`,
    { session: "auth", base: "main", why: "its worktree has 1 changed file" },
  ),
} as const);
