import { type Guard, readArchived, restoreArchive } from "../../store/archive.ts";
import { lockScope } from "../../store/locks.ts";
import { checkAdmission } from "./admission.ts";
import { noteDestruction } from "../git/marker.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { Journal } from "../model/journal.ts";
import { checkName } from "../model/name.ts";
import { keepNumbers } from "./numbers.ts";

/**
 * Bring an archived session back as `restoreArchive` does. A named one is one of its workspace again, so what holds for
 * a new one holds for it.
 *
 * @param given the archive's name
 * @param replace archive a session that is there meanwhile, instead of refusing
 * @param as another name for it
 * @param pending the journal of what is to come back with it, so that a crash in between is gone on from
 * @returns the session's ID
 * @throws `bad_name`; `MAX_SESSIONS`, `name_taken`, `ROLE_TAKEN`, and what `restoreArchive` throws
 */
export async function restoreSession(
  deps: Pick<Dependencies, "store" | "machine" | "clock">,
  given: string,
  replace: Guard | null,
  as?: string,
  pending?: Journal,
): Promise<string> {
  const { store, clock } = deps;
  const archived = readArchived(store, given);
  if (as !== undefined) checkName(as);
  const record = as === undefined ? archived : { ...archived, name: as };
  const { name, project } = record;
  if (name === undefined || project === undefined) return await restoreArchive(store, given, replace);
  const { root } = project;
  await using _lock = await lockScope(store, { kind: "workspace", root });
  checkAdmission(deps, root, [record]);
  keepNumbers(store, root, clock(), [name]);
  const id = await restoreArchive(store, given, replace, {
    ...as === undefined ? {} : { name: as },
    ...pending === undefined ? {} : { pending },
  });
  noteDestruction(record, null);
  return id;
}
