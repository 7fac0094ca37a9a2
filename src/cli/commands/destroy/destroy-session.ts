import { destroySession } from "../../../sessions/steps/destroy.ts";
import { planDestroy } from "../../../sessions/steps/destroy-plan.ts";
import type { DestroyStep, Destruction } from "../../../sessions/steps/destruction.ts";
import { isHalfDestroyed, nameOf } from "../../../sessions/model/journal.ts";
import type { AskedAhead } from "../../../sessions/git/around.ts";
import { checkoutOf } from "../../../sessions/git/checkout.ts";
import { refuseRunning } from "../../../sessions/runs/runs.ts";
import type { SessionRecord } from "../../../store/record.ts";
import { type Context, flag, type Input, outJson } from "../../command.ts";
import { hasHook, runHook } from "../hooks.ts";
import { canSendShell, sendShell } from "../../say/shell-directory.ts";
import { removedOf, undoOf } from "../../../sessions/undo/removed.ts";
import { quotePath } from "../../../errors/errors.ts";
import { dependenciesOf, namedRecord, uninterrupted } from "../../mean/sessions-dependencies.ts";
import { printable } from "../../say/printable.ts";

/**
 * What `berth destroy` does when its command line is right.
 *
 * @param ahead what git was asked about the project that we are in
 */
export async function destroyNamed(context: Context, input: Input, ahead?: AskedAhead): Promise<void> {
  const deps = await dependenciesOf(context, input, "destroy");
  let record = namedRecord(context, deps, input, {
    given: input.args[0],
    effect: "change",
    action: "destroy",
  });
  const wanted: Destruction = {
    cleanup: flag(input, "cleanup"),
    deleteBranch: flag(input, "delete-branch"),
    force: flag(input, "force"),
    forceBranch: flag(input, "force-branch"),
    leaves: canSendShell(context),
  };
  const touchesGit = wanted.cleanup || wanted.deleteBranch;
  const half = touchesGit && isHalfDestroyed(deps, record);
  const looks = wanted.cleanup && !half;
  const checkout = touchesGit
    ? await checkoutOf(record, context.host.variables, { removal: looks, ahead })
    : null;
  const dry = flag(input, "dry-run");
  if (checkout !== null && wanted.cleanup && !dry && half) {
    // Loaded where it is needed, as what ends a command is: both together are as much as all the rest.
    const { resumeDestroy } = await import("../../../sessions/steps/resume-destroy.ts");
    const steps = await uninterrupted(() => resumeDestroy(deps, record, checkout, wanted));
    if (steps !== null) return tell(context, record, steps);
    record = namedRecord(context, deps, input, { given: record.id, effect: "change", action: "destroy" });
  }
  if (dry) return showPlan(context, record, (await planDestroy(deps, record, checkout, wanted)).steps);
  if (!wanted.force) refuseRunning(deps, structuredClone(record), "destroy");
  const hooked = wanted.cleanup && !flag(input, "no-hooks") && await hasHook(context, record, "pre-destroy");
  // What speaks against it is found before anything is stopped or run; `destroySession` looks at all of it once more.
  if (wanted.force || hooked) await planDestroy(deps, record, checkout, wanted);
  if (wanted.force) {
    const { endCommand } = await import("../stop.ts");
    await endCommand(context, deps, record, "destroy");
  }
  await runHook(context, deps, record, "pre-destroy", { skip: !hooked, mustSucceed: !wanted.force });
  const done = await uninterrupted(() => destroySession(deps, record, checkout, wanted));
  if (done.plan.fromInside) sendShell(context, record.project?.root ?? "/");
  tell(context, done.record, done.plan.steps);
}

function showPlan(context: Context, record: SessionRecord, steps: readonly DestroyStep[]): void {
  if (context.json) outJson(context, { dryRun: true, session: record, actions: steps });
  else context.out(lines(steps));
}

function tell(context: Context, record: SessionRecord, steps: readonly DestroyStep[]): void {
  if (context.json) return outJson(context, { session: record, actions: steps });
  const { root = "", worktree } = record.project ?? {};
  context.say(`berth: destroyed ${nameOf(record)} of ${quotePath(root)}\n${lines(steps)}`);
  const removed = removedOf(record);
  if (worktree === undefined || removed === null) return;
  const kept = removed.ref === undefined ? "" : `, what it held is kept under ${removed.ref}`;
  context.say(`berth: "${undoOf(nameOf(record))}" brings it back${kept}\n`);
}

const lines = (steps: readonly DestroyStep[]): string =>
  steps.map(({ what, action, reason }) => `${action} ${what}: ${printable(reason)}\n`).join("");
