import process from "node:process";
import { fail, quotePath, shellWord } from "../../../errors/errors.ts";
import type { AskedAhead } from "../../../sessions/git/around.ts";
import { type Checkout, checkoutOf } from "../../../sessions/git/checkout.ts";
import { mergedIn } from "../../../sessions/merge/merged-in.ts";
import type { Way } from "../../../sessions/merge/way.ts";
import type { Dependencies } from "../../../sessions/model/dependencies.ts";
import { isUnfinished, nameOf } from "../../../sessions/model/journal.ts";
import { isInside } from "../../../sessions/model/worktree-path.ts";
import { refuseRunning } from "../../../sessions/runs/runs.ts";
import { type Finished, finishSession } from "../../../sessions/steps/finish.ts";
import { undoOf } from "../../../sessions/undo/removed.ts";
import { readRecord } from "../../../store/read.ts";
import type { SessionRecord } from "../../../store/record.ts";
import { type Context, flag, type Input, outJson, text } from "../../command.ts";
import { dependenciesOf, namedRecord, uninterrupted } from "../../mean/sessions-dependencies.ts";
import { printable } from "../../say/printable.ts";
import { sendShell } from "../../say/shell-directory.ts";
import { hasHook, runHook } from "../hooks.ts";

/**
 * What `berth finish` does when its command line is right.
 *
 * @param ahead what git was asked about the project that we are in
 */
export async function finishNamed(context: Context, input: Input, ahead?: AskedAhead): Promise<void> {
  const deps = await dependenciesOf(context, input, "finish");
  const wanted = optionsOf(input);
  const found = await subject(context, input, deps, ahead);
  if (found === null) return tellGone(context, input.args[0] ?? "");
  const { record, checkout, hooked } = found;
  const options = { ...wanted, ahead: found.ahead };
  const here = process.cwd();
  if (flag(input, "force")) {
    // Loaded where it is needed, as what ends an earlier one's work is: most have neither.
    const { endCommand } = await import("../stop.ts");
    await endCommand(context, deps, record, "finish");
  } else refuseRunning(deps, structuredClone(record), "finish");
  await runHook(context, deps, record, "pre-destroy", { skip: !hooked, mustSucceed: true });
  // Nobody removes the directory that he stands in on Windows.
  process.chdir(checkout.main.directory);
  const { variables } = context.host;
  const done = await uninterrupted(() =>
    finishSession(deps, record, checkout, variables, options, mergedIn(checkout.main))
  );
  tell(context, record, done);
  leave(context, record, here, done, checkout);
}

const WAYS = ["merge", "squash", "rebase", "ff"] as const;

function optionsOf(input: Input) {
  const [way, other] = WAYS.filter((one) => flag(input, one));
  if (other !== undefined) throw fail("options_exclude", { one: `--${way}`, other: `--${other}` });
  return {
    into: text(input, "into"),
    way: (way ?? "default") as Way,
    message: text(input, "message"),
    keep: flag(input, "keep"),
    pastProcesses: flag(input, "force"),
  };
}

/** What is finished. */
interface Subject {
  readonly record: SessionRecord & { name: string };
  readonly checkout: Checkout;
  /** Whether the project has a hook that runs before. */
  readonly hooked: boolean;
  /** What git was asked ahead, where nothing has changed since by us or by somebody's program. */
  readonly ahead: AskedAhead | undefined;
}

/** The session; null where all that was left to do was what a killed process had begun. */
async function subject(
  context: Context,
  input: Input,
  deps: Dependencies,
  ahead?: AskedAhead,
): Promise<Subject | null> {
  const record = namedRecord(context, deps, input, {
    given: input.args[0],
    effect: "change",
    action: "finish",
  });
  const hooked = !flag(input, "no-hooks") && !flag(input, "keep") &&
    await hasHook(context, record, "pre-destroy");
  // Where nobody's program runs before it is looked at, git begins at once.
  const removal = !flag(input, "force") && !hooked;
  const checkout = await checkoutOf(record, context.host.variables, { ahead, removal });
  if (checkout === null) throw fail("no_worktree", { session: record.name });
  // What a killed process had begun is ended first.
  if (!isUnfinished(deps, record)) return { record, checkout, hooked, ahead: removal ? ahead : undefined };
  const { recover } = await import("../../../sessions/steps/recover.ts");
  const result = await uninterrupted(() => recover(deps, record, checkout));
  if (result === "busy") {
    const why = "git is at work on it";
    throw fail("session_live", { id: nameOf(record), action: "finish", why, atWork: true });
  }
  return readRecord(deps.store, record.id) === null ? null : {
    record: namedRecord(context, deps, input, { given: record.id, effect: "change", action: "finish" }),
    checkout,
    hooked,
    ahead: undefined,
  };
}

function tellGone(context: Context, given: string): void {
  if (context.json) return outJson(context, { actions: [] });
  context.say(`berth: what was left to do for ${given} is done\n`);
}

function tell(context: Context, record: SessionRecord, { plan, merged, destroyed }: Finished): void {
  const { branch, base } = plan.wanted;
  const into = merged === null
    ? { action: "keep", reason: `${base} has everything of ${branch}` }
    : { action: "merge", reason: `${branch} into ${base}`, commit: merged };
  const steps = [{ what: "base", ...into }, ...destroyed?.plan.steps ?? []];
  if (context.json) return outJson(context, { actions: steps.map((step) => ({ id: record.id, ...step })) });
  if (destroyed !== null) context.out(`${record.name}\n`);
  const { root = "" } = record.project ?? {};
  const title = `berth: ${destroyed === null ? "merged" : "finished"} ${record.name} of ${quotePath(root)}\n`;
  context.say(
    title + steps.map(({ what, action, reason }) => `${action} ${what}: ${printable(reason)}\n`).join(""),
  );
  if (destroyed !== null) context.say(`berth: "${undoOf(nameOf(record))}" brings it back\n`);
}

/** A shell must not be left in a directory that is gone. */
function leave(
  context: Context,
  { project }: SessionRecord,
  here: string,
  { plan, destroyed }: Finished,
  { main }: Checkout,
) {
  if (destroyed === null || !isInside(project?.worktree ?? "", here)) return;
  const to = plan.base.checkedOutAt ?? main.directory;
  if (!sendShell(context, to)) context.say(`This directory is gone; type: cd ${shellWord(to)}\n`);
}
