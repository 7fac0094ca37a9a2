import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fail } from "../../errors/errors.ts";
import { shellWord } from "../../errors/quote.ts";
import type { SessionRecord } from "../../store/record.ts";
import { isFixed, type Survey } from "../git/survey.ts";
import type { InspectedWorktree } from "../git/worktree.ts";
import { nameOf } from "../model/journal.ts";

/** So many are named one by one in what is to be typed. */
const NAMED = 5;

/**
 * Refuse where git could not look, or could take nothing away: it would stop in the middle of the removal, and what it
 * cannot see may be work.
 *
 * @param unseen directories that git could not look into, below the worktree
 * @param surveyed left out where something else is going to refuse
 * @throws `worktree_unreadable`, `worktree_fixed`
 */
export function refuseStuck(
  record: SessionRecord,
  { listed, admin }: Pick<InspectedWorktree, "listed" | "admin">,
  unseen: readonly string[],
  surveyed: Pick<Survey, "closed" | "fixed"> = { closed: [], fixed: [] },
): void {
  const { closed, fixed } = surveyed;
  const root = listed?.path ?? "";
  const session = nameOf(record);
  const hidden = [...new Set([...unseen, ...closed])].map((path) => join(root, path));
  if (hidden.length > 0) throw fail("worktree_unreadable", { session, paths: hidden });
  const around = [dirname(root), ...admin === null ? [] : [admin, dirname(admin)]].filter(isFixed);
  const paths = [...fixed.map((path) => join(root, path)), ...around];
  if (paths.length === 0) return;
  throw fail("worktree_fixed", { session, paths, command: commandFor(paths, root, around.length === 0) });
}

/** What makes it ours to change, or shows why it is not. */
function commandFor(paths: readonly string[], root: string, below: boolean): string {
  const own = paths.every((path) => statSync(path).uid === process.geteuid?.() && !isOpen(path));
  const few = paths.slice(0, NAMED).map(shellWord).join(" ");
  if (!own) return `ls -ld ${few}`;
  return paths.length > NAMED && below
    ? `chmod -R u+rwX ${shellWord(root)}`
    : `chmod u+rwx ${paths.map(shellWord).join(" ")}`;
}

/** Its mode would let us: something else keeps us out. */
const isOpen = (path: string): boolean => (statSync(path).mode & 0o300) === 0o300;
