import { Exit, kind } from "./kind.ts";
import { quote, quotePath, shellWord, some } from "./quote.ts";

/** Failures of a session's normal end: its branch goes into another one. */
export const mergeErrors = () => ({
  no_base: kind(
    Exit.refused,
    (d: { session: string; why: string }) =>
      `Cannot tell which branch session ${quote(d.session)} goes into: ${d.why}`,
    (d) => `Name it: "berth finish ${d.session} --into main"`,
    { session: "auth", why: "it was made from v1.2, which is no branch" },
  ),
  no_worktree: kind(
    Exit.refused,
    (d: { session: string }) => `Session ${quote(d.session)} has no worktree, and no branch to merge`,
    (d) => `Type "berth destroy ${d.session}" to end it`,
    { session: "notes" },
  ),
  finish_work: kind(
    Exit.refused,
    (d: { session: string; lost: readonly string[] }) =>
      `Cannot finish session ${quote(d.session)}: its worktree has ${d.lost.join(", ")}`,
    (d) => `Type "berth diff ${d.session}" to see what is not committed, and commit it first`,
    { session: "auth", lost: ["2 changed files", "1 untracked file"] },
  ),
  finish_detached: kind(
    Exit.refused,
    (d: { session: string }) => `Cannot finish session ${quote(d.session)}: no branch is checked out in it`,
    (d) => `Type "berth run ${d.session} -- git switch -c NAME" to give its commits one`,
    { session: "auth" },
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
      `Type "berth run ${d.session} -- git ${d.how} ${d.base}", solve it there, commit, and finish again`,
    { session: "auth", branch: "feature/auth", base: "main", files: ["src/login.ts"], how: "merge" },
  ),
  finish_not_ahead: kind(
    Exit.refused,
    (d: { session: string; branch: string; base: string }) =>
      `Cannot move ${quote(d.base)} on to ${quote(d.branch)}: it has commits that the branch has not`,
    (d) => `Type "berth finish ${d.session} --rebase", or "berth finish ${d.session} --merge"`,
    { session: "auth", branch: "feature/auth", base: "main" },
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
      `Cannot merge into ${quote(d.base)}: a ${d.step} is under way in ${quotePath(d.at)}`,
    (d) => `Type "git -C ${shellWord(d.at)} status" to see how it goes on or back`,
    { base: "main", at: "/home/me/shop", step: "rebase" },
  ),
  base_needs_checkout: kind(
    Exit.refused,
    (d: { session: string; base: string; why: string; root: string }) =>
      `Cannot merge into ${quote(d.base)}, which is checked out nowhere: ${d.why}`,
    (d) =>
      `Type "git -C ${shellWord(d.root)} worktree add ${
        shellWord(`${d.root}-${d.base.replaceAll("/", "-")}`)
      } ` +
      `${d.base}", then "berth finish ${d.session}" again`,
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
