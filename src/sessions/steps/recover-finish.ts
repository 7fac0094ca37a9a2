import type { SessionRecord } from "../../store/record.ts";
import type { Checkout } from "../git/checkout.ts";
import { type Git, gitAt } from "../git/git.ts";
import { putBack } from "../git/aside.ts";
import { adminOf } from "../git/link.ts";
import { mergeMarks } from "../merge/lock-merges.ts";
import { removeScratch } from "../merge/rebased.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { JournalOf } from "../model/journal.ts";
import { remember } from "../../store/state.ts";
import { findBranch } from "../git/branch.ts";
import { isMadeFor } from "../git/branch-change.ts";
import { quitMade, takeBack } from "../merge/take-back.ts";
import { change } from "../runs/runs.ts";
import { begunRemoval } from "./destroy-journal.ts";

/** Time that a git which outlived us has to come to its end. */
const GIT_MS = 10_000;

/**
 * End what a killed process had begun with the finish of a session: it is merged and the rest is to go, or it is not
 * merged, and what was begun is taken back.
 *
 * @returns `finished`: it was merged, and all else was to stay; `merged`: the journal is now that of a destruction, to
 *   be gone on with
 */
export async function recoverFinish(
  deps: Dependencies,
  record: SessionRecord,
  journal: JournalOf<"finish">,
  checkout: Checkout,
): Promise<"busy" | "undone" | "finished" | "merged"> {
  const { main, repository } = checkout;
  if (!(await gitGone(deps, record.id))) return "busy";
  const worktree = record.project?.worktree ?? "";
  putBack(repository.commonDir, worktree);
  if (journal.scratch !== null) await removeScratch(main, repository.commonDir, journal.scratch);
  const removal = await begunRemoval(main, journal, adminOf(repository.commonDir, worktree));
  const merged = await mergedAt(main, journal);
  if (removal === null && journal.at !== null) {
    const at = gitAt(main, journal.at);
    await (merged === null ? takeBack(at, journal) : quitMade(at, journal.commit));
  }
  const { by, branch, base, commit } = journal;
  const note = (draft: SessionRecord): void => {
    if (merged !== null) remember(draft, deps.clock(), "merged", { branch, base, commit: merged });
  };
  if (removal === null && (merged === null || journal.keep)) {
    await change(deps, record.id, (draft) => {
      delete draft["pending"];
      note(draft);
    }, false);
    return merged === null ? "undone" : "finished";
  }
  const owns = async () =>
    record.project?.["ownsBranch"] === true &&
    // One that is gone nobody else has.
    (await findBranch(main, branch) === undefined || await isMadeFor(main, branch, record.id));
  const plain = { kind: "destroy", by, cleanup: true, force: true } as const;
  const next = removal ??
    (await owns() ? journal.removal ?? { ...plain, commit } : { ...plain, commit: null });
  await change(deps, record.id, (draft) => {
    draft["pending"] = next;
    note(draft);
  }, false);
  return "merged";
}

/** Where the base stands, if it has moved on to what was to be merged. */
async function mergedAt(
  git: Git,
  { base, from, commit, tree, squash }: JournalOf<"finish">,
): Promise<string | null> {
  const now = (await git(["rev-parse", "--verify", "--quiet", `refs/heads/${base}`])).out.trim();
  if (now === "" || now === from) return null;
  if ((await git(["merge-base", "--is-ancestor", commit, now])).status === 0) return now;
  if (!squash) return null;
  const wanted = tree ?? (await git(["rev-parse", "--verify", `${commit}^{tree}`])).out.trim();
  const { out } = await git([
    "log",
    "--first-parent",
    "--no-show-signature",
    "--format=%T",
    `${from}..${now}`,
  ]);
  return out.split("\n").includes(wanted) ? now : null;
}

/** Wait for a git of the merge that outlived its berth. What a hook of the user's left running is not waited for. */
async function gitGone(deps: Dependencies, id: string): Promise<boolean> {
  const marks = Object.entries(mergeMarks(id)).map(([name, value]) => `${name}=${value}`);
  const isGit = (pid: number) => {
    const found = deps.machine().process(pid);
    return found.ok && found.value.name.startsWith("git");
  };
  for (const end = performance.now() + GIT_MS; performance.now() < end;) {
    if (!deps.findMarked(marks).some(isGit)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
