import { destroySession } from "../../sessions/steps/destroy.ts";
import { type DestroyStep, type Destruction, planDestroy } from "../../sessions/steps/destroy-plan.ts";
import { nameOf } from "../../sessions/model/journal.ts";
import { checkoutOf } from "../../sessions/git/checkout.ts";
import { isHalfDestroyed, resumeDestroy } from "../../sessions/steps/resume-destroy.ts";
import { refuseRunning } from "../../sessions/runs/runs.ts";
import { stopSession } from "../../sessions/process/stop.ts";
import type { SessionRecord } from "../../store/record.ts";
import { type Command, type Context, flag, outJson } from "../command.ts";
import { runHook } from "./hooks.ts";
import { SESSION_HELP } from "../mean/selected.ts";
import { WAIT } from "../mean/session.ts";
import { dependenciesOf, namedRecord, uninterrupted } from "../mean/sessions-dependencies.ts";
import { stopping } from "./stop.ts";

/** Time that a command has to end when its session is destroyed by force. */
const STOP_MS = 5000;

export const destroy: Command = {
  usage: "destroy <session>",
  about: "End a session, and remove its worktree where that loses nothing",
  details: [
    SESSION_HELP,
    "Without --cleanup the session is archived, and worktree and branch stay. A worktree with changes, untracked",
    "files, commits on no branch or a lock is kept, and so is a branch with commits that no other branch and no",
    "remote has, unless --force says otherwise. Stashes are never touched.",
  ],
  options: [
    { flag: "--cleanup", about: "Remove the worktree too" },
    { flag: "--delete-branch", about: "Delete the branch too, if berth made it" },
    { flag: "--force", about: "Also when it runs, and when work is lost" },
    { flag: "-n, --dry-run", about: "Only say what would happen" },
    { flag: "--no-hooks", about: "Run no hooks of the project" },
    WAIT,
  ],
  examples: ["berth destroy auth", "berth destroy auth --cleanup --delete-branch"],
  async run(context, input) {
    const deps = await dependenciesOf(context, input, "destroy");
    let record = namedRecord(context, deps, input.args[0], "destroy");
    const wanted: Destruction = {
      cleanup: flag(input, "cleanup"),
      deleteBranch: flag(input, "delete-branch"),
      force: flag(input, "force"),
    };
    const touchesGit = wanted.cleanup || wanted.deleteBranch;
    const checkout = touchesGit ? await checkoutOf(record, context.host.variables) : null;
    const dry = flag(input, "dry-run");
    if (checkout !== null && wanted.cleanup && !dry && isHalfDestroyed(deps, record)) {
      const steps = await uninterrupted(() => resumeDestroy(deps, record, checkout, wanted));
      if (steps !== null) return tell(context, record, steps);
      record = namedRecord(context, deps, record.id, "destroy");
    }
    const plan = await planDestroy(record, checkout, wanted);
    if (dry) {
      if (context.json) outJson(context, { dryRun: true, session: record, actions: plan.steps });
      else context.out(lines(plan.steps));
      return;
    }
    if (wanted.force) {
      await stopSession(deps, record.id, stopping(context.host, STOP_MS));
    } // Found out before the hook runs, and once more under the lock.
    else refuseRunning(deps, structuredClone(record), "destroy");
    const skip = flag(input, "no-hooks") || !wanted.cleanup;
    await runHook(context, deps, record, "pre-destroy", { skip, mustSucceed: !wanted.force });
    const done = await uninterrupted(() => destroySession(deps, record, checkout, wanted));
    tell(context, done.record, done.plan.steps);
  },
};

function tell(context: Context, record: SessionRecord, steps: readonly DestroyStep[]): void {
  if (context.json) outJson(context, { session: record, actions: steps });
  else context.say(`berth: destroyed ${nameOf(record)}\n${lines(steps)}`);
}

const lines = (steps: readonly DestroyStep[]): string =>
  steps.map(({ what, action, reason }) => `${action} ${what}: ${reason}\n`).join("");
