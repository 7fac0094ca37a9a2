import { basename, join, relative, sep } from "node:path";
import { fail } from "../../errors/errors.ts";

/** The directory of a workspace that holds its worktrees, where the configuration names no other. */
export const FOLDER = ".worktrees";

/** `uuid--<UUID>`, as every named session is called. */
const NAMED_ID = /^uuid--([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/;
const NAMED_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export const sessionId = (uuid: string): string => `uuid--${uuid}`;
export const uuidOf = (id: string): string | null => NAMED_ID.exec(id)?.[1] ?? null;
export const isUuid = (text: string): boolean => NAMED_UUID.test(text);

/**
 * Where the worktree of a new session is to be.
 *
 * @param folder the directory of the workspace's worktrees
 * @throws `internal` for an ID that is none of ours
 */
export function worktreePath(folder: string, id: string): string {
  const uuid = uuidOf(id);
  if (uuid === null) throw fail("internal", { why: `session ${id} can have no worktree` });
  return join(folder, uuid);
}

/** Whether a path ends as that of the session's worktree does, in whichever directory. */
export const isOwnName = (path: string, id: string): boolean => basename(path) === uuidOf(id);

/** The path below a directory with slashes, "" for what is not below it. */
export const below = (directory: string, path: string): string =>
  path !== directory && isInside(directory, path) ? relative(directory, path).replaceAll(sep, "/") : "";

/** Whether `path` is `directory` or below it, by spelling. */
export const isInside = (directory: string, path: string): boolean =>
  path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
