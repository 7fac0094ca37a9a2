import { fail } from "../../errors/errors.ts";
import { projectAround } from "../../sessions/git/project-around.ts";
import { shortArchive } from "../../store/archive.ts";
import { listRecords } from "../../store/list.ts";
import { RECORD_END } from "../../store/names.ts";
import type { Store } from "../../store/open.ts";
import { isOfProject, projectName } from "../../store/project-name.ts";
import { archivedAt } from "../../store/purge.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Context } from "../command.ts";
import { userDirectory } from "./directory.ts";

/** One archive, with when it was made. */
export interface Archived {
  readonly archive: string;
  readonly at: number;
  readonly record: SessionRecord;
}

/** The archives that a word can mean, the newest first. */
export interface Meant {
  readonly newest: Archived;
  readonly older: readonly Archived[];
}

/**
 * The archive that a person means: its own name, or the newest one of a session's name: in this project, PROJECT/NAME, or
 * in the only other one that has it.
 *
 * @throws `no_such_archive`; `ambiguous_session` where several projects have it
 */
export function archiveMeantBy(context: Context, store: Store, given: string): Meant {
  const all = archivesIn(store);
  const exact = given.replace(new RegExp(`${RECORD_END.replaceAll(".", "\\.")}$`), "");
  const named = all.filter(({ archive, record }) => archive === exact || record.id === given);
  if (named.length > 0) return newestOf(named);
  const here = projectAround(userDirectory(context), all.flatMap(({ record }) => record.project ?? []));
  const own = all.filter(({ record }) => record.name === given && record.project?.root === here);
  if (own.length > 0) return newestOf(own);
  const others = all.filter(({ record: { name, project } }) =>
    name !== undefined && (name === given || isOfProject(given, name, project?.root))
  );
  if (others.length === 0) throw fail("no_such_archive", { given });
  const roots = new Set(others.map(({ record }) => record.project?.root ?? ""));
  if (roots.size === 1) return newestOf(others);
  const candidates = [...roots].map((root) => projectName(root, roots, others[0]?.record.name ?? "")).sort();
  const command = `${store.command} ${candidates[0]}`;
  throw fail("ambiguous_session", { given, candidates, command });
}

function newestOf(found: readonly Archived[]): Meant {
  const [newest, ...older] = found.toSorted(byAge);
  if (newest === undefined) throw fail("no_such_archive", { given: "" });
  return { newest, older };
}

/** The newest first. Their names have the second; of two sessions within one the record tells. */
function byAge(a: Archived, b: Archived): number {
  const [one, other] = [a.record.updatedAt, b.record.updatedAt];
  return b.at - a.at || Date.parse(other) - Date.parse(one) || (a.archive < b.archive ? 1 : -1);
}

/** Every archive that can be read. */
export function archivesIn(store: Store): Archived[] {
  return [...listRecords(store, "archive")].flatMap((listed) => {
    if (!("record" in listed)) return [];
    const archive = shortArchive(listed.name);
    return [{
      archive,
      at: archivedAt(archive) ?? Date.parse(listed.record.updatedAt),
      record: listed.record,
    }];
  });
}
