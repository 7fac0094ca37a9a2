import { check, pipe, string } from "valibot";
import { BerthError, Exit, shellWord } from "../../errors/errors.ts";
import { isInside } from "../../sessions/model/worktree-path.ts";
import type { Dependencies } from "../../sessions/model/dependencies.ts";
import { failedFor, judge, type Judgement, prune as remove } from "../../sessions/steps/prune.ts";
import { find } from "../../sessions/workspace/query.ts";
import type { SessionRecord } from "../../store/record.ts";
import { type Command, type Context, flag, type Input, outJson, text } from "../command.ts";
import { userDirectory } from "../mean/directory.ts";
import { hereRoot } from "../mean/project.ts";
import { progressOf } from "../say/progress.ts";
import { WAIT } from "../mean/session.ts";
import { dependenciesOf, uninterrupted } from "../mean/sessions-dependencies.ts";
import { coloursOf } from "../say/colours.ts";
import { aligned } from "../say/columns.ts";
import { canSendShell, sendShell } from "../say/shell-directory.ts";
import { runHook } from "./hooks.ts";

export const prune: Command = {
  usage: "prune",
  about: "Remove the sessions of this project that are done with",
  details: [
    "Those whose commits are all in their base (merged, squashed or rebased), with nothing else in the worktree, that",
    "nobody uses. One in which nothing was ever committed goes with --idle only. Outside of any project all projects are",
    "meant. Without --yes it is only said. berth restore brings each back.",
  ],
  options: [
    { flag: "--merged", about: "Those that are merged; so it is without it" },
    {
      flag: "--idle <days>",
      about: "Only those that were idle that long, also where nothing was committed",
      schema: pipe(string(), check((value) => /^\d{1,5}$/.test(value))),
      wanted: "a number of days",
    },
    { flag: "-y, --yes", about: "Do it; otherwise it is only said" },
    { flag: "-n, --dry-run", about: "Only say what would happen, also with --yes" },
    { flag: "--no-hooks", about: "Run no hooks of the project's .berth.json" },
    WAIT,
  ],
  examples: ["berth prune", "berth prune --yes", "berth prune --idle 14"],
  async run(context, input) {
    const deps = await dependenciesOf(context, input, "prune");
    const dry = !flag(input, "yes") || flag(input, "dry-run");
    const idle = text(input, "idle");
    const root = hereRoot(context, [...find(deps.store)].flatMap(({ project }) => project ?? []));
    const found: Judged[] = [];
    const records = [...find(deps.store)].filter(({ project }) => root === null || project?.root === root);
    const progress = progressOf(context);
    for (const record of records) {
      progress(() => `looked at ${found.length} of ${records.length} sessions`);
      const judged = await judge(
        deps,
        record,
        context.host.variables,
        idle === undefined ? null : Number(idle),
      );
      const here = isInside(record.project?.worktree ?? "", userDirectory(context)) &&
        record.project?.worktree;
      found.push({ record, ...judged.goes && here && !canSendShell(context) ? standing(record) : judged });
    }
    const done = dry ? found : await removed(context, input, deps, found);
    tell(context, done, dry);
    return done.some(({ failed }) => failed) ? Exit.failed : Exit.done;
  },
};

type Judged = Judgement & { readonly record: SessionRecord; readonly steps?: readonly unknown[] };

const standing = ({ project }: SessionRecord): Judgement => ({
  goes: false,
  reason: `you are in it; type: cd ${shellWord(project?.root ?? "")}`,
});

async function removed(context: Context, input: Input, deps: Dependencies, found: readonly Judged[]) {
  const done: Judged[] = [];
  const progress = progressOf(context);
  for (const one of found) {
    if (one.goes) progress(() => `removing ${one.record.name ?? one.record.id}`);
    done.push(one.goes ? await removedOne(context, input, deps, one) : one);
  }
  return done;
}

/** What speaks against it by now is the reason why it stays. */
async function removedOne(context: Context, input: Input, deps: Dependencies, one: Judged): Promise<Judged> {
  const { record } = one;
  const here = isInside(record.project?.worktree ?? "", userDirectory(context));
  try {
    await runHook(context, deps, record, "pre-destroy", { skip: flag(input, "no-hooks"), mustSucceed: true });
    const leaves = canSendShell(context);
    const gone = await uninterrupted(() => remove(deps, record, context.host.variables, leaves));
    if (here && gone !== null) sendShell(context, record.project?.root ?? "/");
    return { ...one, steps: gone?.plan.steps ?? [] };
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    return { record, ...failedFor(deps, record, error) };
  }
}

function tell(context: Context, found: readonly Judged[], dry: boolean): void {
  const gone = found.filter(({ goes }) => goes);
  if (context.json) {
    const actions = found.map(({ record, goes, reason }) => ({
      id: record.id,
      what: record.name ?? record.id,
      action: goes ? "delete" : "keep",
      reason,
    }));
    return outJson(context, { dryRun: dry, actions });
  }
  const rows = found.map((
    { record, goes, reason },
  ) => [record.name ?? record.id, goes ? "delete" : "keep", reason]);
  const colours = coloursOf(context.host, dry ? 1 : 2);
  const table = rows.length === 0 ? "" : aligned(["SESSION", "ACTION", "WHY"], rows, colours);
  if (!dry) {
    context.out(gone.map(({ record }) => `${record.name ?? record.id}\n`).join(""));
    context.say(table);
  } else context.out(table);
  if (gone.length === 0) context.say("berth: nothing to do\n");
  else if (dry) context.say('berth: nothing was done; type "berth prune --yes" to do it\n');
}
