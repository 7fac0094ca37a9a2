import { worktreesFolder } from "../../../sessions/git/worktrees-folder.ts";
import { readConfig } from "../../../store/config.ts";
import { dirname, join } from "node:path";
import process from "node:process";
import { BerthError, quote, quotePath } from "../../../errors/errors.ts";
import { typed } from "../../../errors/typed.ts";
import { gitIn } from "../../../sessions/git/git.ts";
import { isLost } from "../../../sessions/runs/lost.ts";
import { repairRun } from "../../../sessions/process/stop.ts";
import type { Dependencies } from "../../../sessions/model/dependencies.ts";
import { isUnfinished, nameOf } from "../../../sessions/model/journal.ts";
import { checkoutOf } from "../../../sessions/git/checkout.ts";
import { whyNone } from "../../../sessions/git/own-worktree.ts";
import { takenPlace } from "../../../sessions/steps/bring-back.ts";
import { follow, movedTo, relink } from "../../../sessions/steps/relink.ts";
import { leftLinks, removeLink } from "../../../sessions/git/readable-link.ts";
import { FOLDER, uuidOf } from "../../../sessions/model/worktree-path.ts";
import { statusOf } from "../../../sessions/git/worktree-directory.ts";
import { removedOf, undoOf } from "../../../sessions/undo/removed.ts";
import { find } from "../../../sessions/workspace/query.ts";
import { findOrphans, rebuild } from "../../../sessions/steps/rebuild.ts";
import { isRootGone, recover, type Recovery } from "../../../sessions/steps/recover.ts";
import { findRepository, type Repository } from "../../../sessions/git/repository.ts";
import type { SessionRecord } from "../../../store/record.ts";
import type { Context, Input } from "../../command.ts";
import type { Finding } from "./finding.ts";
import { dependenciesOf } from "../../mean/sessions-dependencies.ts";
import { typeAsMeant } from "../../mean/typed-name.ts";

const HINT = `Type "berth doctor --fix"`;

/** What killed processes left of sessions, and with `fix` put right. */
export async function sessionFindings(context: Context, input: Input, fix: boolean): Promise<Finding[]> {
  return await guarded(async () => {
    const deps = await dependenciesOf(context, input, "doctor");
    const found: Finding[] = [];
    const records = [...find(deps.store)];
    for (const record of records) {
      found.push(...await guarded(() => recordFindings(context, deps, record, fix)));
    }
    for (const root of await workspaces(context, records)) {
      found.push(...await guarded(() => orphanFindings(context, deps, root, fix)));
      found.push(...linkFindings(deps, root, fix));
    }
    return found;
  });
}

/** One session that cannot be looked at must not keep the others from it. */
async function guarded(work: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    return [findingOf(error)];
  }
}

const findingOf = ({ code, message, hint }: BerthError): Finding => ({
  code,
  message,
  hint,
  broken: true,
  fixed: false,
});

async function recordFindings(
  context: Context,
  deps: Dependencies,
  record: SessionRecord,
  fix: boolean,
): Promise<Finding[]> {
  typeAsMeant(context, deps.store, record);
  const session = `Session ${quote(nameOf(record))}`;
  if (isUnfinished(deps, record)) {
    const message = `${session} is half made or half destroyed: the process that did it is gone`;
    if (!fix) return [{ code: "session_unfinished", message, hint: HINT, broken: true, fixed: false }];
    return [{
      code: "session_unfinished",
      message,
      broken: true,
      ...await recovered(context, deps, record),
    }];
  }
  if (isLost(deps, record)) return await lostFinding(deps, record, fix, session);
  return await placeFindings(context, deps, record, fix, session);
}

/** What is amiss with the place of a session: moved, gone, or no worktree any more. */
async function placeFindings(
  context: Context,
  deps: Dependencies,
  record: SessionRecord,
  fix: boolean,
  session: string,
): Promise<Finding[]> {
  const { root = "", worktree } = record.project ?? {};
  if (worktree === undefined) return [];
  const why = whyNone(record);
  const isGone = statusOf(worktree) === null;
  if (!isGone && why === null) return missingFinding(record, session);
  const taken = removedOf(record) === null ? null : takenPlace(record);
  // What is there now was never its worktree.
  if (taken !== null) return [{ ...findingOf(taken), broken: false }];
  const { main, repository } = await repositoryFor(context, root) ?? {};
  if (main === undefined || repository === undefined) return missingFinding(record, session);
  const to = isGone || isRootGone(root) ? movedTo(repository, record) : null;
  if (to !== null) {
    if (fix) await follow(deps, main, repository, record, to);
    const [from, now] = to.worktree === worktree ? [root, to.root] : [worktree, to.worktree];
    const message = `${session} was moved from ${quotePath(from)} to ${quotePath(now)}`;
    const hint = fix ? "It is bound to its new place" : `${HINT} to bind it to its new place`;
    return [{ code: "worktree_moved", message, hint, broken: true, fixed: fix }];
  }
  // The repository that we are in need not be the one that is gone.
  if (isGone || why === null || isRootGone(root)) return missingFinding(record, session);
  if (fix) await relink(main, repository, record);
  const message = `${session} has a directory that is no worktree: ${quotePath(worktree)}, ${why}`;
  const hint = fix ? "It is one again, and its files are as they were" : HINT;
  return [{ code: "worktree_broken", message, hint, broken: true, fixed: fix }];
}

/** The repository of a session; where its root is gone, the one that we are in, which may be it. */
async function repositoryFor({ host }: Context, root: string) {
  try {
    const git = gitIn(isRootGone(root) ? process.cwd() : root, host.variables);
    const repository = await findRepository(git);
    return { main: gitIn(repository.root, host.variables), repository };
  } catch {
    return null;
  }
}

async function recovered(context: Context, deps: Dependencies, record: SessionRecord) {
  const { root = "", worktree = "" } = record.project ?? {};
  const gone = worktree !== "" && isRootGone(root);
  const result = await recover(deps, record, gone ? null : await checkoutOf(record, context.host.variables));
  const hints: Record<Recovery, string> = {
    finished: gone ? "It was archived: its repository is gone" : "It was finished",
    undone: "It was undone",
    left: `It was finished; what is left of ${quotePath(worktree)} is for you to delete`,
    busy: "git is still at work on it",
    unlinked:
      `No .git file leads from ${quotePath(worktree)} to the repository: move the files there away, ` +
      `then type "berth doctor --fix" again`,
  };
  return { hint: hints[result], fixed: result !== "busy" && result !== "unlinked" };
}

async function lostFinding(deps: Dependencies, { id }: SessionRecord, fix: boolean, session: string) {
  const message = `${session} says that its command runs, but its processes are gone`;
  if (!fix) return [{ code: "run_lost", message, hint: HINT, broken: true, fixed: false }];
  const { run } = await repairRun(deps, id);
  const hint = run?.state === "CLEANED" ? "The run was ended" : "Its command was found and goes on";
  return [{ code: "run_lost", message, hint, broken: true, fixed: true }];
}

function missingFinding(record: SessionRecord, session: string): Finding[] {
  const { root = "", worktree } = record.project ?? {};
  if (worktree === undefined) return [];
  const word = typed(nameOf(record));
  if (statusOf(worktree) !== null) {
    if (!isRootGone(root)) return [];
    const message = `${session} has no repository any more: ${root}`;
    const hint = `Type "berth destroy ${word}"; its files stay`;
    return [{ code: "repository_missing", message, hint, broken: false, fixed: false }];
  }
  const hint = removedOf(record) === null
    ? `Type "berth destroy ${word}", or put the directory back`
    : `Type "${undoOf(nameOf(record))}", or "berth destroy ${word}"`;
  const message = `${session} has no directory any more: ${worktree}`;
  return [{ code: "worktree_missing", message, hint, broken: false, fixed: false }];
}

/** Links of ours by a session's name that lead to a worktree which is gone. Looked at after all the rest was put right. */
function linkFindings(deps: Dependencies, root: string, fix: boolean): Finding[] {
  const uuids = new Set([...find(deps.store)].map(({ id }) => uuidOf(id)));
  return foldersOf(deps, root).flatMap((folder) =>
    leftLinks(folder, (uuid) => uuids.has(uuid)).map((name) => ({
      code: "link_left",
      message: `The link ${quotePath(join(folder, name))} leads to a worktree that is gone`,
      ...fix && removeLink(folder, name)
        ? { hint: "It was removed", broken: true, fixed: true }
        : { hint: HINT, broken: true, fixed: false },
    }))
  );
}

/** Where worktrees of a project are, or would be. */
function foldersOf({ store }: Dependencies, root: string): string[] {
  const folders = new Set([join(root, FOLDER)]);
  for (const { project } of find(store)) {
    if (project?.root === root && project.worktree !== undefined) folders.add(dirname(project.worktree));
  }
  try {
    folders.add(worktreesFolder(root, readConfig(store)["worktrees.path"]));
  } catch {
    // What is wrong with the configuration is found elsewhere.
  }
  return [...folders];
}

/** The roots of all projects with sessions, and of the one that we are in. */
async function workspaces({ host }: Context, records: readonly SessionRecord[]): Promise<Set<string>> {
  const roots = new Set<string>();
  for (const { project } of records) {
    if (project?.worktree !== undefined && !isRootGone(project.root)) roots.add(project.root);
  }
  try {
    roots.add((await findRepository(gitIn(process.cwd(), host.variables))).root);
  } catch {
    // We are in none, or there is no git.
  }
  return roots;
}

async function orphanFindings(
  context: Context,
  deps: Dependencies,
  root: string,
  fix: boolean,
): Promise<Finding[]> {
  const main = gitIn(root, context.host.variables);
  const repository: Repository = await findRepository(main);
  const found: Finding[] = [];
  for (const orphan of await findOrphans(deps, main, repository)) {
    if (fix) await rebuild(deps, repository, orphan);
    const message = `The worktree ${quote(orphan.path, 8192)} has no session: its record is lost`;
    const hint = fix ? "The session was rebuilt from it" : `${HINT} to rebuild it`;
    found.push({ code: "record_lost", message, hint, broken: true, fixed: fix });
  }
  return found;
}
