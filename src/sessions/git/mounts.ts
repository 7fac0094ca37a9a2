import process from "node:process";
import { fail } from "../../errors/errors.ts";
import type { Dependencies } from "../model/dependencies.ts";

/**
 * Refuse to remove a directory with anything mounted at or below it: git would delete what is in there, and it is
 * somebody else's. In other mount namespaces too, where a removal would unmount it.
 *
 * @throws `worktree_has_mounts`, `worktree_mounted_elsewhere`
 */
export function refuseAllMounts(
  deps: Pick<Dependencies, "mountsBelow" | "otherMountsBelow">,
  path: string,
): void {
  refuseMounts(deps, path);
  const mounts = (deps.otherMountsBelow?.(path) ?? []).toSorted((a, b) => b.path.length - a.path.length);
  if (mounts.length > 0) {
    throw fail("worktree_mounted_elsewhere", { path, mounts, root: process.geteuid?.() === 0 });
  }
}

/** As `refuseAllMounts`, of what our own mount namespace has. */
export function refuseMounts({ mountsBelow }: Pick<Dependencies, "mountsBelow">, path: string): void {
  const mounts = mountsBelow(path);
  if (mounts.length === 0) return;
  // What is mounted in another mount goes first.
  throw fail("worktree_has_mounts", { path, mounts: mounts.toSorted((a, b) => b.length - a.length) });
}
