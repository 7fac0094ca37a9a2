import { join } from "node:path";
import type { SessionRecord } from "../../store/record.ts";
import { checkedOut } from "../git/branch.ts";
import type { AskedAhead } from "../git/around.ts";
import { straightAhead } from "../git/commit-files.ts";
import type { Environment } from "../git/git-environment.ts";
import { type DatedState, isSameMain, readMainState } from "../git/checkout-state.ts";
import { askAhead, type Early } from "../git/git.ts";
import { checkoutStatus } from "../git/status-call.ts";
import { refMadeFrom } from "./base-branch.ts";
import type { ListedAmong } from "./plan.ts";
import { changesQuestion, distanceQuestion } from "./preview.ts";

/**
 * Ask git of the checkout that has the base what `planMerge` is going to ask, while it still looks at the session's own
 * worktree; how far both are apart is mostly told by files. Where the base turns out to be another branch, or to stand
 * elsewhere, nobody hears the answers.
 *
 * @param into the branch that was asked for
 * @param around what the checkout that we are in was asked before: it counts where the base is there, and nothing was
 *   staged or committed since
 */
export function askOfBase(
  record: SessionRecord,
  environment: Environment,
  into: string | undefined,
  { listed, all }: ListedAmong,
  around: AskedAhead | undefined,
): AskedAhead | undefined {
  const base = checkedOut(all, into ?? refMadeFrom(record));
  if (base === undefined || base.checkedOutAt === null || listed.head === null) return undefined;
  const { checkedOutAt: root, commit } = base;
  const early = around?.root === root && isAsBefore(root, around.before) ? around.answer : undefined;
  const changes = changesQuestion(commit, listed.head);
  const asked = askAhead(root, environment, [changes, ...early === undefined ? [checkoutStatus] : []]);
  const compared = distanceAhead(root, environment, commit, listed.head);
  return { root, answer: (args) => compared(args) ?? early?.(args) ?? asked(args) };
}

/** Answers how far two commits are apart: by files, while git is at work on the rest, where they tell. */
function distanceAhead(root: string, environment: Environment, base: string, commit: string): Early {
  const question = distanceQuestion(base, commit);
  const known = straightAhead(join(root, ".git"), base, commit);
  if (known === null) return askAhead(root, environment, [question]);
  const told = () => ({ status: 0, out: `0\t${known}\n`, err: "" });
  return (args) => args.join() === question.join() ? told : undefined;
}

const isAsBefore = (root: string, before: DatedState | undefined): boolean =>
  before !== undefined && isSameMain(before, readMainState(root));
