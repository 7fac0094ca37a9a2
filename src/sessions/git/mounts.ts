import { fail } from "../../errors/errors.ts";
import type { Dependencies } from "../model/dependencies.ts";

/**
 * Refuse to remove a directory with anything mounted at or below it: git would delete what is in there, and it is
 * somebody else's.
 *
 * @throws `worktree_has_mounts`
 */
export function refuseMounts({ mountsBelow }: Pick<Dependencies, "mountsBelow">, path: string): void {
  const mounts = mountsBelow(path);
  if (mounts.length === 0) return;
  // What is mounted in another mount goes first.
  throw fail("worktree_has_mounts", { path, mounts: mounts.toSorted((a, b) => b.length - a.length) });
}
