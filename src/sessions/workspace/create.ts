import { lockScope, seenBy } from "../../store/locks.ts";
import { freshRecord, type SessionRecord } from "../../store/record.ts";
import { updateSession } from "../../store/update.ts";
import { checkAdmission } from "./admission.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { checkName, dayOf, madeUpName, nameOfBranch } from "../model/name.ts";
import { keepNumbers, takeNumber } from "./numbers.ts";
import { sessionId } from "../model/worktree-path.ts";

export interface NewSession {
  /** The project's root: absolute, without symbolic links. */
  readonly root: string;
  /** Made up where there is none. */
  readonly name?: string;
  readonly role?: string;
  /** Whether an agent makes it for an agent of its own. */
  readonly forSubagent?: boolean;
  /**
   * Fill in what belongs to the project, under the workspace's lock, before anything is kept.
   *
   * @throws whatever speaks against it; the session does not come about then
   */
  readonly prepare?: (draft: SessionRecord) => Promise<void>;
  /** Names of branches that were made up from names, which must not come twice either. */
  readonly branches?: (day: string) => Promise<readonly string[]>;
  /** What those branches have before the name. */
  readonly prefix?: string;
  /** Whether a command is to run in it at once, so that who waits for the session waits for that. */
  readonly asked?: boolean;
}

/**
 * Make a session in its workspace: at most as many as the limit allows, whoever else makes one at this moment.
 *
 * @throws `bad_name`, `MAX_SESSIONS`, `name_taken`, `ROLE_TAKEN`, and what `prepare` throws
 */
export async function createSession(place: Dependencies, wanted: NewSession): Promise<SessionRecord> {
  if (wanted.name !== undefined) checkName(wanted.name);
  await using lock = await lockScope(place.store, { kind: "workspace", root: wanted.root });
  const deps = { ...place, store: seenBy(place.store, lock) };
  const { store, clock, newUuid, log } = deps;
  const others = checkAdmission(deps, wanted.root, [wanted]);
  const name = wanted.name ?? await makeUpName(deps, wanted, others);
  const fresh = freshRecord(sessionId(newUuid()), { source: "named" }, clock());
  const draft: SessionRecord = {
    ...fresh,
    name,
    ...wanted.role === undefined ? {} : { role: wanted.role },
    ...wanted.forSubagent === true ? { forSubagent: true } : {},
    project: { root: wanted.root },
    run: createdRun(1),
    ...wanted.asked === true ? { asked: deps.self } : {},
  };
  await wanted.prepare?.(draft);
  if (wanted.name !== undefined) keepNumbers(store, wanted.root, clock(), [wanted.name]);
  const made = await updateSession(place.store, draft.id, (kept) => void Object.assign(kept, draft));
  log("session created", { id: made.id, name });
  return made;
}

export const createdRun = (n: number): NonNullable<SessionRecord["run"]> => ({
  n,
  state: "CREATED",
  command: [],
  pid: null,
  pidStart: null,
  bootId: null,
  startedAt: null,
  endedAt: null,
  exitCode: null,
  reason: null,
});

async function makeUpName(
  { store, clock }: Dependencies,
  { root, branches, prefix }: NewSession,
  others: readonly SessionRecord[],
): Promise<string> {
  const at = clock();
  const taken = (await branches?.(dayOf(at)) ?? []).map((branch) => nameOfBranch(branch, prefix) ?? "");
  const names = [...others.map(({ name }) => name ?? ""), ...taken];
  return madeUpName(dayOf(at), takeNumber(store, root, at, names));
}
