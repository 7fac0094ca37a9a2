import * as v from "valibot";
import { fail, quotePath } from "../../errors/errors.ts";
import { workspaceName } from "../../store/names.ts";
import type { Store } from "../../store/open.ts";

/** What is kept of a project beside its sessions. Changed under the workspace's lock only. */
const workspaceSchema = v.looseObject({
  schema: v.literal(1),
  root: v.string(),
  /** The highest number of a made-up name, with its day: such a name never comes twice. */
  named: v.exactOptional(v.looseObject({ day: v.string(), n: v.number() })),
  /** SHA-256 of every hooks file that the user trusts. */
  trusted: v.exactOptional(v.array(v.string())),
});

export type Workspace = v.InferOutput<typeof workspaceSchema>;

/** @throws `corrupt_record` */
export function readWorkspace(store: Store, root: string): Workspace {
  const name = workspaceName(root);
  const content = store.backend.read(name, "only");
  if (content === null) return { schema: 1, root };
  const parsed = content.kind === "bytes" ? parse(content.bytes) : null;
  if (fits(parsed, name) && parsed.root === root) return parsed;
  const file = quotePath(store.backend.locate(name));
  throw fail("corrupt_record", { file, why: "it is no workspace document" });
}

/** Whether a name in the store is a workspace document, or nothing any more. */
export function isWorkspace(store: Store, name: string): boolean {
  const content = store.backend.read(name, "only");
  return content === null || (content.kind === "bytes" && fits(parse(content.bytes), name));
}

const fits = (parsed: unknown, name: string): parsed is Workspace =>
  v.is(workspaceSchema, parsed) && workspaceName(parsed.root) === name;

export function writeWorkspace(store: Store, workspace: Workspace): void {
  store.backend.write(workspaceName(workspace.root), `${JSON.stringify(workspace)}\n`);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}
