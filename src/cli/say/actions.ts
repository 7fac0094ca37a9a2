import type { Leftover } from "../../store/suspects.ts";
import type { Store } from "../../store/open.ts";
import { shortId } from "../../identity/id.ts";
import { coloursOf } from "./colours.ts";
import { size } from "./amounts.ts";
import { aligned } from "./columns.ts";
import { type Context, flag, type Input, type Option, outJson } from "../command.ts";

/** What happens, or would, to one session or file. */
export interface Action {
  readonly id?: string;
  readonly file?: string;
  readonly action: "delete" | "keep";
  readonly reason: string;
  readonly bytes: number;
}

export const DRY_OPTIONS: readonly Option[] = [
  { flag: "-y, --yes", about: "Do it; otherwise it is only said" },
  { flag: "-n, --dry-run", about: "Only say what would happen, also with --yes" },
];

export const isDry = (input: Input): boolean => !flag(input, "yes") || flag(input, "dry-run");

/** Print what happened or would happen; `freed` is what is deleted or would be. */
export function printActions(
  context: Context,
  actions: readonly Action[],
  { dryRun, command }: { dryRun: boolean; command: string },
): void {
  const gone = actions.filter(({ action }) => action === "delete");
  const freed = gone.reduce((sum, { bytes }) => sum + bytes, 0);
  if (context.json) return outJson(context, { dryRun, actions, freed });
  const rows = actions.map(({ id, file, action, reason, bytes }) => [
    id === undefined ? file ?? "" : shortId(id),
    action,
    reason,
    size(bytes),
  ]);
  const colours = coloursOf(context.host);
  if (rows.length > 0) context.out(aligned(["WHAT", "ACTION", "WHY", "SIZE"], rows, colours));
  if (gone.length === 0) context.say("berth: nothing to do\n");
  else if (dryRun) context.say(`berth: nothing was done; type "berth ${command} --yes" to do it\n`);
}

const WORDS: Readonly<Record<Leftover["kind"], string>> = {
  temporary: "a temporary file whose writer is gone",
  lock: "the lock of a session that is gone",
  reservation: "an archive that was never filled",
};

export const leftoverAction = (store: Store, { name, kind, bytes }: Leftover): Action => ({
  file: store.backend.locate(name),
  action: "delete",
  reason: WORDS[kind],
  bytes,
});
