import { statSync } from "node:fs";
import type { Dependencies } from "../../sessions/model/dependencies.ts";
import type { Hook } from "../../sessions/project-hooks/hooks-file.ts";
import { hasHooksFile } from "../../sessions/project-hooks/hooks-place.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Context } from "../command.ts";
import type { ProjectHookOptions } from "./run-hook.ts";

/*
 * Hooks are loaded where there are any: hardly any project has one, and starting it takes longer to load than all of
 * `berth new`.
 */

/**
 * Run a hook of the session's project, if it has one and its file is trusted; otherwise say what to do. Its output is
 * kept in the session's history.
 *
 * @throws `hook_failed` with `mustSucceed`
 */
export async function runHook(
  context: Context,
  deps: Dependencies,
  record: SessionRecord,
  hook: Hook,
  { skip, ...options }: ProjectHookOptions & { readonly skip: boolean },
): Promise<void> {
  const directory = skip ? null : checkoutOf(record);
  if (directory === null || options.asked !== true && !hasHooksFile(directory)) return;
  const { runHookIn } = await import("./run-hook.ts");
  await runHookIn(directory, context, deps, record, hook, options);
}

/** Whether the project has such a hook, trusted or not. */
export async function hasHook(context: Context, record: SessionRecord, hook: Hook): Promise<boolean> {
  const directory = checkoutOf(record);
  if (directory === null || !hasHooksFile(directory)) return false;
  const { hasHookIn } = await import("./run-hook.ts");
  return hasHookIn(directory, context, hook);
}

/** Where the session's project has its files, null where that is no directory any more. */
function checkoutOf({ project }: SessionRecord): string | null {
  const directory = project?.worktree ?? project?.root;
  return directory !== undefined && statSync(directory, { throwIfNoEntry: false })?.isDirectory()
    ? directory
    : null;
}
