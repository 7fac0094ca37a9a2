import { join } from "node:path";
import type { SessionRecord } from "../../store/record.ts";
import { checkedOut } from "../git/branch.ts";
import type { AskedAhead } from "../git/around.ts";
import { straightAhead } from "../git/commit-files.ts";
import type { Environment } from "../git/git-environment.ts";
import { type CheckoutState, isSameState, readMainState } from "../git/checkout-state.ts";
import { askAhead } from "../git/git.ts";
import { checkoutStatus } from "../git/status-call.ts";
import { refMadeFrom } from "./base-branch.ts";
import type { ListedAmong } from "./plan.ts";
import { changesQuestion, distanceQuestion } from "./preview.ts";

/**
 * Ask git of the checkout that has the base what `planMerge` is going to ask, while it still looks at the session's own
 * worktree; how far both are apart is mostly told by files. Where the base turns out to be another branch, or to stand elsewhere, nobody hears the answers.
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
  const compares = distanceQuestion(commit, listed.head);
  const known = straightAhead(join(root, ".git"), commit, listed.head);
  const early = around?.root === root && isAsBefore(root, around.before) ? around.answer : undefined;
  const changes = changesQuestion(commit, listed.head);
  const asked = askAhead(root, environment, [
    ...known === null ? [compares] : [],
    changes,
    ...early === undefined ? [checkoutStatus] : [],
  ]);
  const isCompared = (args: readonly string[]): boolean => known !== null && args.join() === compares.join();
  const told = () => ({ status: 0, out: `0\t${known}\n`, err: "" });
  return { root, answer: (args) => isCompared(args) ? told : early?.(args) ?? asked(args) };
}

const isAsBefore = (root: string, before: CheckoutState | undefined): boolean =>
  before !== undefined && isSameState(before, readMainState(root));
