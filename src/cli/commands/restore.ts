import { checkoutOf } from "../../sessions/git/checkout.ts";
import { journalOf, nameOf } from "../../sessions/model/journal.ts";
import { bringWorktreeBack, restoring } from "../../sessions/steps/bring-back.ts";
import { removedOf, undoOf } from "../../sessions/undo/removed.ts";
import { find } from "../../sessions/workspace/query.ts";
import { restoreSession } from "../../sessions/workspace/restore.ts";
import { BerthError, fail, fewOf, quotePath, some } from "../../errors/errors.ts";
import { selectSession } from "../../store/select.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import { inReach } from "../../store/locks.ts";
import { archivesOf, fileName, recordName } from "../../store/names.ts";
import { mayBeShared } from "../../store/namespaces.ts";
import type { Store } from "../../store/open.ts";
import type { Dependencies } from "../../sessions/model/dependencies.ts";
import { projectAround } from "../../sessions/git/project-around.ts";
import { linkedDirectory } from "../../sessions/git/worktree-directory.ts";
import { type Command, type Context, flag, type Input, outJson, text } from "../command.ts";
import { type Archived, archiveMeantBy } from "../mean/archived.ts";
import { userDirectory } from "../mean/directory.ts";
import { refuseLive } from "../mean/guard.ts";
import { machineOf } from "../mean/machine.ts";
import { currentId } from "../mean/selected.ts";
import { WAIT } from "../mean/session.ts";
import { dependenciesOf, uninterrupted } from "../mean/sessions-dependencies.ts";
import { typeAsMeant } from "../mean/typed-name.ts";

export const restore: Command = {
  usage: "restore <archive>",
  about: "Bring an archived session back",
  details: [
    `ARCHIVE is a name that "berth archives" lists, or a session's name: of several the newest counts. The session's`,
    `ID is printed. A session of "berth new" comes back within the limit of its project only, and while nobody else`,
    "there has its name or holds its role. With --worktree comes back what was removed with it: the branch, the",
    "worktree, and in it what no commit had, staged or not, untracked files too. Ignored files do not.",
  ],
  options: [
    { flag: "--worktree", about: "Bring back worktree, branch and uncommitted work as well" },
    { flag: "--as <name>", about: "Give the session another name" },
    { flag: "--force", about: "Archive a session that is there meanwhile" },
    WAIT,
  ],
  examples: [
    "berth restore auth --worktree",
    "berth restore ex--build_5d--reset--2026-03-01T09-30-00Z--000",
  ],
  async run(context, input) {
    const given = input.args[0] ?? "";
    const local = await dependenciesOf(context, input, "restore");
    const deps = { ...local, store: await archiveStore(context, local.store, given) };
    const waiting = flag(input, "worktree") ? withoutItsWorktree(context, deps, given) : null;
    if (waiting !== null) return await bringBack(context, deps, waiting, null);
    const { newest, older } = archiveMeantBy(context, deps.store, given);
    typeAsMeant(context, deps.store, newest.record);
    if (flag(input, "worktree") && removedOf(newest.record) === null) {
      throw fail("nothing_removed", { archive: newest.archive });
    }
    const id = await restoreRecord(context, deps, input, newest);
    sayOlder(context, given, older);
    if (flag(input, "worktree")) {
      return await bringBack(context, deps, readRecord(deps.store, id) ?? newest.record, newest.archive);
    }
    if (context.json) outJson(context, { id, archive: newest.archive });
    else context.out(`${id}\n`);
    if (removedOf(newest.record) !== null) {
      context.say(
        `berth: its worktree is gone; "${undoOf(nameOf(newest.record))}" brings it back\n`,
      );
    }
  },
};

/** A shared session's archive is called after it; its own name is the only one by which it can be meant. */
async function archiveStore(context: Context, local: Store, given: string): Promise<Store> {
  const name = given.replace(/\.session\.json$/, "");
  if (!mayBeShared(name)) return local;
  const id = name.replace(/--reset--[0-9TZ-]+--\d{3}$/, "");
  const { sharedStore } = await import("../mean/shared.ts");
  const shared = await sharedStore(context, local, id, "restore");
  return shared === null
    ? local
    : await inReach(shared, { names: [recordName(id)], prefixes: [archivesOf(fileName(id))] });
}

async function restoreRecord(
  context: Context,
  deps: Dependencies,
  input: Input,
  { archive, record }: Archived,
): Promise<string> {
  const replace = flag(input, "force")
    ? refuseLive(machineOf(context, deps.store), "replace", currentId(context), true)
    : null;
  const back = flag(input, "worktree");
  try {
    return await restoreSession(
      deps,
      archive,
      replace,
      text(input, "as"),
      back ? restoring(deps) : undefined,
    );
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== "name_taken") throw error;
    const name = text(input, "as") ?? record.name ?? "";
    const instead = `berth restore ${archive}${back ? " --worktree" : ""} --as ${name}-2`;
    throw fail("name_taken", { name, root: record.project?.root ?? "", instead }, error);
  }
}

/** A session that is there already, but whose worktree was removed: a restore without --worktree leaves it so. */
function withoutItsWorktree(context: Context, { store }: Dependencies, given: string): SessionRecord | null {
  const sites = [...find(store)].flatMap(({ project }) => project ?? []);
  const here = () => projectAround(userDirectory(context), sites);
  const record = found(() => readRecord(store, selectSession(store, given, { here })));
  const path = record?.project?.worktree;
  if (record === null || removedOf(record) === null || path === undefined) return null;
  // A part of it may be there, where it was stopped in the middle.
  const isBegun = journalOf(record)?.kind === "restore";
  return isBegun || linkedDirectory(path) === null ? record : null;
}

/** Null where there is no such session: an archive is meant then. */
function found(work: () => SessionRecord | null): SessionRecord | null {
  try {
    return work();
  } catch {
    return null;
  }
}

async function bringBack(
  context: Context,
  deps: Dependencies,
  record: SessionRecord,
  archive: string | null,
): Promise<void> {
  const checkout = await checkoutOf(record, context.host.variables);
  if (checkout === null) throw fail("nothing_removed", { archive: archive ?? nameOf(record) });
  const kept = removedOf(record)?.ref ?? null;
  const back = await uninterrupted(() => bringWorktreeBack(deps, record, checkout));
  const { worktree = "" } = back.record.project ?? {};
  if (context.json) {
    outJson(context, { id: record.id, archive, worktree, branch: back.branch, kept });
    return;
  }
  context.out(`${record.id}\n`);
  const files = back.files === 0
    ? ""
    : `, with ${back.files} file${back.files === 1 ? " that was" : "s that were"} in no commit`;
  const on = back.branch === null ? "at no branch" : `on branch ${back.branch}`;
  if (back.unmade.length > 0) context.say(`berth: could not make again: ${some(back.unmade)}\n`);
  context.say(`berth: ${nameOf(back.record)} is back in ${quotePath(worktree)} ${on}${files}\n`);
}

function sayOlder(context: Context, given: string, older: readonly Archived[]): void {
  if (older.length === 0) return;
  context.say(`berth: older archives of ${given}: ${fewOf(older.map(({ archive }) => archive))}\n`);
}
