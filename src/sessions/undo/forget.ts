import { existsSync } from "node:fs";
import type { SessionRecord } from "../../store/record.ts";
import type { Environment } from "../git/git-environment.ts";
import { gitIn } from "../git/git.ts";
import { REMOVED } from "./keep.ts";
import { removedOf } from "./removed.ts";

/**
 * Let go of what is kept of a removed worktree, once nothing can bring it back any more. Where the repository is gone, or
 * git cannot, it stays: it costs room and nothing else.
 */
export async function forgetRemoved(record: SessionRecord, environment: Environment): Promise<void> {
  const ref = removedOf(record)?.ref;
  const root = record.project?.root;
  if (ref === undefined || root === undefined || !ref.startsWith(`${REMOVED}/`) || !existsSync(root)) return;
  await gitIn(root, environment)(["update-ref", "--no-deref", "-d", ref]);
}
