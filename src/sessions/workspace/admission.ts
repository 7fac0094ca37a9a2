import { fail } from "../../errors/errors.ts";
import { readConfig } from "../../store/config.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { members } from "./members.ts";
import { holderOfRole } from "./query.ts";

/** Somebody who wants to be a session of a workspace. */
export interface Newcomer {
  /** One whose ID is there already is none. */
  readonly id?: string;
  readonly name?: string;
  readonly role?: string;
  /** Whether an agent made it for an agent of its own: those have a limit of their own. */
  readonly forSubagent?: boolean;
}

/** Whether a session is one that an agent made for an agent of its own. */
export const isForSubagent = (record: SessionRecord): boolean => record["forSubagent"] === true;

/**
 * Refuse those who would make too many sessions of a workspace, or two of one name or role. Under its lock.
 *
 * @returns the sessions that are there
 * @throws `MAX_SESSIONS`, `name_taken`, `ROLE_TAKEN`
 */
export function checkAdmission(
  deps: Pick<Dependencies, "store" | "machine">,
  root: string,
  wanted: readonly Newcomer[],
): readonly SessionRecord[] {
  const { records, damaged } = members(deps.store, root);
  const there = new Set([...records.map(({ id }) => id), ...damaged]);
  const newcomers = wanted.filter(({ id }) => id === undefined || !there.has(id));
  const config = readConfig(deps.store);
  const subagents = records.filter(isForSubagent).length;
  const refuseMore = (
    already: number,
    more: number,
    setting: "limits.sessions" | "limits.agentWorktrees",
  ) => {
    const limit = config[setting];
    if (more > 0 && already + more > limit) throw fail("MAX_SESSIONS", { limit, setting });
  };
  const forThem = newcomers.filter(({ forSubagent }) => forSubagent === true).length;
  refuseMore(there.size - subagents, newcomers.length - forThem, "limits.sessions");
  refuseMore(subagents, forThem, "limits.agentWorktrees");
  const names = new Set(records.map(({ name }) => name));
  for (const { name, role } of newcomers) {
    if (name !== undefined && names.has(name)) throw fail("name_taken", { name, root });
    names.add(name);
    if (role !== undefined) refuseRole(deps, role, root);
  }
  return records;
}

/** @throws `ROLE_TAKEN` */
export function refuseRole(
  { store, machine }: Pick<Dependencies, "store" | "machine">,
  role: string,
  root: string,
  except?: string,
): void {
  const holder = holderOfRole(store, machine(), role, root);
  if (holder !== null && holder.id !== except) {
    throw fail("ROLE_TAKEN", { role, by: holder.name ?? holder.id });
  }
}
