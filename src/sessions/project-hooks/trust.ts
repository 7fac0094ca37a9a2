import { lockScope } from "../../store/locks.ts";
import type { Store } from "../../store/open.ts";
import { sha256 } from "../../facts/sha256.ts";
import { readWorkspace, writeWorkspace } from "../workspace/workspace.ts";

/** Files that one workspace trusts at most; a file that was changed often leaves the oldest behind. */
const MAX_TRUSTED = 50;

/** Whether the user has said that this very text may run here. */
export function isTrusted(store: Store, root: string, text: string): boolean {
  return readWorkspace(store, root).trusted?.includes(sha256(text)) ?? false;
}

/** Keep that the user trusts this text, in this workspace. Another text, or another place, is asked for anew. */
export async function trust(store: Store, root: string, text: string): Promise<void> {
  await using _lock = await lockScope(store, { kind: "workspace", root });
  const workspace = readWorkspace(store, root);
  const others = (workspace.trusted ?? []).filter((hash) => hash !== sha256(text));
  writeWorkspace(store, { ...workspace, trusted: [...others, sha256(text)].slice(-MAX_TRUSTED) });
}

/** Take back all trust of the workspace. */
export async function distrust(store: Store, root: string): Promise<void> {
  await using _lock = await lockScope(store, { kind: "workspace", root });
  writeWorkspace(store, { ...readWorkspace(store, root), trusted: [] });
}
