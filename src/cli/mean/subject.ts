import { BerthError } from "../../errors/errors.ts";
import type { Subject } from "../../sandbox/session.ts";
import { refuseNone } from "../../sessions/git/own-worktree.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import { type Context, type Input, type Option, text } from "../command.ts";
import { meantBy } from "./selected.ts";
import { here, storeOf } from "./session.ts";

export const ROOT_OPTION: Option = {
  flag: "--root <directory>",
  about: "Project root of a session that has none of its own",
};

/** Whether the session of this place is meant, which has a record only when something was kept of it. */
function isHere(context: Context, given: string): boolean {
  const { id, stable } = context.resolution();
  return stable && id === given;
}

/**
 * The session whose files and Lua a command works with.
 *
 * @param given an ID, a name, a label or a prefix; undefined for the session of this place
 * @throws `no_such_session`, `ambiguous_session`, `other_project`, `no_stable_session`; `worktree_broken`
 */
export async function subjectOf(
  context: Context,
  input: Input,
  command: string,
  given?: string,
): Promise<Subject> {
  const subject = await subjectMeant(context, input, command, given);
  const record = recordOf(subject);
  if (record !== null) refuseNone(record);
  return subject;
}

/** What cannot be read is found out, and told, by whoever works with it. */
function recordOf({ store, id }: Subject): SessionRecord | null {
  try {
    return readRecord(store, id);
  } catch (error) {
    if (error instanceof BerthError) return null;
    throw error;
  }
}

async function subjectMeant(
  context: Context,
  input: Input,
  command: string,
  given?: string,
): Promise<Subject> {
  const root = text(input, "root");
  const more = root === undefined ? {} : { root };
  if (given === undefined) return { ...await here(context, input, command), ...more };
  const store = storeOf(context, input, command);
  try {
    return { store, id: meantBy(context, store, input, given, "change"), ...more };
  } catch (error) {
    const isNew = error instanceof BerthError && error.code === "no_such_session" && isHere(context, given);
    if (!isNew) throw error;
    return { ...await here(context, input, command), ...more };
  }
}
