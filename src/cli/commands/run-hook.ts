import { BerthError, fail } from "../../errors/errors.ts";
import { typed } from "../../errors/typed.ts";
import { commandEnvironment } from "../../sessions/git/git-environment.ts";
import { refuseNone } from "../../sessions/git/own-worktree.ts";
import { type Hook, type Hooks, readHooks } from "../../sessions/project-hooks/hooks-file.ts";
import type { Dependencies } from "../../sessions/model/dependencies.ts";
import { nameOf } from "../../sessions/model/journal.ts";
import { change } from "../../sessions/runs/runs.ts";
import { isTrusted } from "../../sessions/project-hooks/trust.ts";
import { runCommand } from "../../sessions/project-hooks/hook-run.ts";
import { tell } from "../../store/observe.ts";
import { remember } from "../../store/state.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Context } from "../command.ts";

export interface ProjectHookOptions {
  /** Throw `hook_failed` when it fails, instead of saying so. */
  readonly mustSucceed?: boolean;
  /** Somebody asked for this very hook: that it cannot be run is a failure. */
  readonly asked?: boolean;
  readonly variables?: Readonly<Record<string, string>>;
}

/** As `runHook`, of the checkout at `directory`. */
export async function runHookIn(
  directory: string,
  context: Context,
  deps: Dependencies,
  record: SessionRecord,
  hook: Hook,
  { mustSucceed = false, asked = false, variables = {} }: ProjectHookOptions,
): Promise<void> {
  const hooks = understood(context, directory);
  const command = hooks?.commands[hook];
  const session = nameOf(record);
  if (hooks === null || command === undefined) {
    if (asked) throw fail("no_such_hook", { hook, session });
    return;
  }
  refuseNone(record);
  if (!isTrusted(deps.store, record.project?.root ?? "", hooks.text)) {
    if (asked) throw fail("hook_not_trusted", { hook, session, file: hooks.file });
    return context.say(`berth: note: ${notRun(hook, session, hooks)}\n`);
  }
  const env = {
    ...commandEnvironment(context.host.variables, record.id),
    ...variables,
    BERTH_HOOK: hook,
  };
  const result = await runCommand(command, { cwd: directory, env, timeoutMs: hooks.timeoutMs });
  await change(deps, record.id, (draft) => remember(draft, deps.clock(), "hook", { hook, ...result }));
  const { exitCode, durationMs } = result;
  tell(deps.store, { kind: "hook", id: record.id, hook, exitCode, durationMs });
  if (result.exitCode === 0) return asked ? context.say(result.output) : undefined;
  const why = result.timedOut
    ? `it took longer than ${hooks.timeoutMs / 1000} s`
    : `it ended with status ${result.exitCode ?? "none"}`;
  if (asked) {
    context.say(result.output);
    throw fail("hook_ended", { hook, session, why });
  }
  if (mustSucceed) throw fail("hook_failed", { hook, session, why });
  context.say(`berth: warning: hook ${hook}: ${why}\n${result.output}`);
}

/** Only what belongs to the making of a worktree is wanted later still. */
const notRun = (hook: Hook, session: string, { file }: Hooks): string =>
  `hook ${hook} was not run: type "berth trust ${typed(session)}" to allow what ${file} holds now` +
  (hook === "post-create" ? `, then "berth hook run ${typed(session)} ${hook}"` : "");

/** Whether the checkout at `directory` has such a hook, trusted or not. */
export const hasHookIn = (directory: string, context: Context, hook: Hook): boolean =>
  understood(context, directory)?.commands[hook] !== undefined;

/** A file that nobody understands runs nothing and stops nothing. */
function understood(context: Context, directory: string): Hooks | null {
  try {
    return readHooks(directory);
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    context.say(`berth: warning: ${error.message}\n`);
    return null;
  }
}
