import { fail } from "../../errors/errors.ts";
import { projectAround } from "../../sessions/git/project-around.ts";
import { isInside } from "../../sessions/model/worktree-path.ts";
import { find } from "../../sessions/workspace/query.ts";
import { formatLabel } from "../../identity/label.ts";
import { sha256 } from "../../facts/sha256.ts";
import { mayBeShared } from "../../store/namespaces.ts";
import type { Store } from "../../store/open.ts";
import type { SessionRecord } from "../../store/record.ts";
import { selectSession } from "../../store/select.ts";
import type { Context, Input } from "../command.ts";
import { userDirectory } from "./directory.ts";
import { retyped } from "../line/retype.ts";
import { here, sharedOr, storeOf } from "./session.ts";
import { typeAsMeant } from "./typed-name.ts";

/** What a command does with the session that it names: from inside another project, only a look needs no PROJECT/. */
export type Purpose = "look" | "change";

/**
 * The ID of the session that a word means where we are.
 *
 * @throws `no_such_session`, `ambiguous_session`; `other_project` for a change
 */
export function meantBy(
  context: Context,
  store: Store,
  input: Input,
  given: string,
  effect: Purpose,
): string {
  const command = store.command.replace(/^berth /, "");
  const id = selectSession(store, given, {
    here: (sites) => projectAround(userDirectory(context), sites),
    changes: effect === "change",
    retype: (session) => retyped(input, command, given, session),
  });
  typeAsMeant(context, store, id);
  return id;
}

/** The session that an argument names, or the one of this place where there is none. */
export async function selected(
  context: Context,
  input: Input,
  command: string,
  { given, effect }: { readonly given: string | undefined; readonly effect: Purpose },
): Promise<{ store: Store; id: string }> {
  if (given === undefined) return await here(context, input, command);
  const store = storeOf(context, input, command);
  return await sharedMeant(context, store, given, command) ??
    { store, id: meantBy(context, store, input, given, effect) };
}

/** The shared session that a word names whole, as an ID or as its label; null where it can be none. */
export async function sharedMeant(
  context: Context,
  local: Store,
  given: string,
  command: string,
): Promise<{ store: Store; id: string } | null> {
  if (!mayBeShared(given)) return null;
  const id = formatLabel(given, sha256);
  const store = await sharedOr(context, local, id, command);
  return store === local ? null : { store, id };
}

/** The shared session that an argument names, or that this place is, where there is none; null for one of this machine. */
export async function sharedHere(
  context: Context,
  local: Store,
  given: string | undefined,
  command: string,
): Promise<{ store: Store; id: string } | null> {
  if (given !== undefined) return await sharedMeant(context, local, given, command);
  const { id } = context.resolution();
  if (!mayBeShared(id)) return null;
  const store = await sharedOr(context, local, id, command);
  return store === local ? null : { store, id };
}

/** The ID of the session of this place, null where there is no stable one. */
export function currentId(context: Context): string | null {
  const { id, stable } = context.resolution();
  return stable ? id : null;
}

/** The session in whose worktree the current directory is, null where it is in none. */
export function worktreeSession(context: Context, store: Store): SessionRecord | null {
  const directory = userDirectory(context);
  let nearest: SessionRecord | null = null;
  for (const record of find(store)) {
    const worktree = record.project?.worktree;
    if (worktree === undefined || !isInside(worktree, directory)) continue;
    if (worktree.length > (nearest?.project?.worktree ?? "").length) nearest = record;
  }
  return nearest;
}

export const noSession = (given: string) => fail("no_such_session", { given });
