import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SessionRecord } from "../../store/record.ts";
import { linkedDirectory } from "./worktree-directory.ts";

/**
 * The branch of a session: what HEAD of its worktree names now, whatever it was made with. Read from git's own file,
 * since a list of sessions can start no process for each.
 *
 * @returns its name; undefined where HEAD is detached; what the record has where there is no worktree to look into
 */
export function branchNow({ project }: { readonly project?: SessionRecord["project"] | undefined }) {
  const { worktree, branch } = project ?? {};
  const admin = worktree === undefined ? null : linkedDirectory(worktree);
  const head = admin === null ? null : headIn(admin);
  if (head === null) return branch;
  const name = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
  // What stands there where refs are kept in another form (reftable).
  return name === ".invalid" ? branch : name;
}

function headIn(admin: string): string | null {
  try {
    return readFileSync(join(admin, "HEAD"), "utf8").trimEnd();
  } catch {
    return null;
  }
}
