import { dirname } from "node:path";
import { fail } from "../../errors/errors.ts";
import { lockScope } from "../../store/locks.ts";
import type { SessionRecord } from "../../store/record.ts";
import { remember } from "../../store/state.ts";
import { checkBranchName, refuseTaken } from "../git/branch-name.ts";
import { findAround, findBranch } from "../git/branch.ts";
import type { Checkout } from "../git/checkout.ts";
import { must } from "../git/git.ts";
import { readMarker, writeMarker } from "../git/marker.ts";
import { clearStaleLock } from "../git/stale-lock.ts";
import { addLink, removeLinks } from "../git/readable-link.ts";
import { stepMarks } from "../git/worktree.ts";
import { linkedDirectory } from "../git/worktree-directory.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { type JournalOf, nameOf, refuseUnfinished } from "../model/journal.ts";
import { uuidOf } from "../model/worktree-path.ts";
import { checkName } from "../model/name.ts";
import { change } from "../runs/runs.ts";
import { find } from "../workspace/query.ts";
import { keepNumbers } from "../workspace/numbers.ts";

/**
 * Give a session another name, and its branch too where that is asked for. What runs in it goes on.
 *
 * @param checkout null where the branch keeps its name
 * @param branch the branch's new name, null where it keeps its own
 * @throws `bad_name`, `name_taken`, `branch_exists`, `branch_clash`, `bad_branch`, `branch_not_ours`,
 *   `session_unfinished`, `session_live`, before any change; `git_failed`
 */
export async function renameSession(
  deps: Dependencies,
  { id, project }: SessionRecord,
  name: string,
  checkout: Checkout | null,
  branch: string | null,
): Promise<SessionRecord> {
  checkName(name);
  const root = project?.root ?? "";
  await using _lock = await lockScope(deps.store, { kind: "workspace", root });
  const others = [...find(deps.store, { workspace: root })].filter((other) => other.id !== id);
  if (others.some((other) => other.name === name)) throw fail("name_taken", { name, root });
  keepNumbers(deps.store, root, deps.clock(), [name]);
  const moved = checkout === null || branch === null ? null : await branchMove(checkout, project, branch);
  const journal: JournalOf<"rename"> = { kind: "rename", by: deps.self, name, branch: moved };
  const record = await change(deps, id, (draft) => {
    refuseUnfinished(deps.machine(), draft, "rename");
    if (moved === null) renamed(draft, journal, deps.clock());
    else draft["pending"] = journal;
  });
  if (moved === null || checkout === null) {
    noteName(record);
    return record;
  }
  return await complete(deps, record, journal, checkout);
}

async function branchMove({ main }: Checkout, project: SessionRecord["project"], to: string) {
  const from = project?.branch ?? "";
  if (project?.["ownsBranch"] !== true) throw fail("branch_not_ours", { branch: from, session: from });
  if (from === to) return null;
  await checkBranchName(main, to);
  refuseTaken(to, (await findAround(main, to)).filter((name) => name !== from));
  const found = await findBranch(main, from);
  if (found === undefined) throw fail("no_such_branch", { branch: from, root: main.directory });
  return { from, to, commit: found.commit };
}

/** The branch first, which git does at once for all that names it; the record then. */
async function complete(
  deps: Dependencies,
  record: SessionRecord,
  journal: JournalOf<"rename">,
  { main, repository }: Checkout,
): Promise<SessionRecord> {
  const { branch } = journal;
  if (branch !== null && await findBranch(main, branch.to) === undefined) {
    try {
      await must(main, "rename the branch", ["branch", "--move", branch.from, branch.to], {
        marks: stepMarks(record.id),
      });
    } catch (error) {
      await clearNames(repository.commonDir, record, branch);
      // Where git was stopped between the two names, the journal is what has the commits.
      if (await findBranch(main, branch.from) !== undefined) {
        await change(deps, record.id, (draft) => void delete draft["pending"], false);
      }
      throw error;
    }
  }
  const done = await change(deps, record.id, (draft) => renamed(draft, journal, deps.clock()));
  noteName(done);
  return done;
}

/** Clear away what a killed git left locked of either name, and of the worktree's HEAD. */
async function clearNames(
  commonDir: string,
  { project }: SessionRecord,
  { from, to }: NonNullable<JournalOf<"rename">["branch"]>,
): Promise<void> {
  for (const name of [from, to]) await clearStaleLock(commonDir, `refs/heads/${name}`);
  const admin = project?.worktree === undefined ? null : linkedDirectory(project.worktree);
  if (admin !== null) await clearStaleLock(admin, "HEAD");
}

function renamed(draft: SessionRecord, { name, branch }: JournalOf<"rename">, at: Date): void {
  const before = nameOf(draft);
  draft.name = name;
  if (branch !== null && draft.project !== undefined) draft.project.branch = branch.to;
  delete draft["pending"];
  remember(draft, at, "renamed", { from: before, to: name });
}

/** The link for people who look into the directory, and what a record that is lost is rebuilt from. */
function noteName({ id, name = "", project }: SessionRecord): void {
  const uuid = uuidOf(id);
  if (project?.worktree !== undefined && uuid !== null) {
    removeLinks(dirname(project.worktree), uuid);
    addLink(dirname(project.worktree), name, uuid);
  }
  const admin = project?.worktree === undefined ? null : linkedDirectory(project.worktree);
  const marker = admin === null ? null : readMarker(admin);
  if (admin === null || marker?.id !== id) return;
  writeMarker(admin, { ...marker, name, branch: project?.branch ?? marker.branch });
}

/**
 * Complete a rename that a killed process had begun.
 *
 * @returns `undone` where the branch has still its old name, or is gone
 */
export async function recoverRename(
  deps: Dependencies,
  record: SessionRecord,
  journal: JournalOf<"rename">,
  { main, worktree, repository }: Checkout,
): Promise<"finished" | "undone"> {
  const { branch } = journal;
  if (branch === null) return await finished(deps, record, journal);
  await clearNames(repository.commonDir, record, branch);
  const [old, now] = [await findBranch(main, branch.from), await findBranch(main, branch.to)];
  if (old !== undefined && now === undefined) {
    await change(deps, record.id, (draft) => void delete draft["pending"], false);
    return "undone";
  }
  // Git was killed between the two names: the commits are those of the journal.
  if (now === undefined) {
    const how = ["update-ref", `refs/heads/${branch.to}`, branch.commit, ""];
    await must(main, `make branch ${branch.to}`, how);
  }
  const head = (await worktree(["symbolic-ref", "--quiet", "HEAD"])).out.trim();
  if (old === undefined && head === `refs/heads/${branch.from}`) {
    await must(worktree, "name the branch", ["symbolic-ref", "HEAD", `refs/heads/${branch.to}`]);
  }
  return await finished(deps, record, journal);
}

async function finished(deps: Dependencies, { id }: SessionRecord, journal: JournalOf<"rename">) {
  noteName(await change(deps, id, (draft) => renamed(draft, journal, deps.clock()), false));
  return "finished" as const;
}
