import { shellWord } from "../../errors/errors.ts";
import { typeBy } from "../../errors/typed.ts";
import { projectAround } from "../../sessions/git/project-around.ts";
import { find } from "../../sessions/workspace/query.ts";
import { projectName } from "../../store/project-name.ts";
import { readRecord } from "../../store/read.ts";
import type { Store } from "../../store/open.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Context } from "../command.ts";
import { userDirectory } from "./directory.ts";

/**
 * Hints that name this session are to mean it wherever they are typed: in another project its name alone may be that of a
 * session there.
 *
 * @param meant the session, or its ID
 */
export function typeAsMeant(context: Context, store: Store, meant: SessionRecord | string): void {
  // Where the command was typed, which is not where it goes.
  const from = directoryNow(context);
  typeBy((name) => {
    const record = typeof meant === "string" ? readRecord(store, meant) : meant;
    const root = record?.project?.root;
    if (root === undefined || record?.name !== name) return null;
    // Nothing can be nearer than where we are, so no other session need be read.
    if (from === root && projectAround(from, []) === root) return null;
    const all = [...find(store)];
    const projects = [...all, record].flatMap(({ project }) => project ?? []);
    if (from === null || projectAround(from, projects) === root) return null;
    const namesakes = all.filter((one) => one.name === name);
    return shellWord(projectName(root, namesakes.flatMap((one) => one.project?.root ?? []), name));
  });
}

/** Null where it is gone, and no hook has told its name. */
function directoryNow(context: Context): string | null {
  try {
    return userDirectory(context);
  } catch {
    return null;
  }
}
