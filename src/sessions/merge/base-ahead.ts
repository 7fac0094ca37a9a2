import type { SessionRecord } from "../../store/record.ts";
import { checkedOut } from "../git/branch.ts";
import type { AskedAhead } from "../git/around.ts";
import type { Environment } from "../git/git-environment.ts";
import { askAhead } from "../git/git.ts";
import { refMadeFrom } from "./base-branch.ts";
import { STATE } from "./in-the-way.ts";
import type { ListedAmong } from "./plan.ts";
import { changesQuestion, distanceQuestion } from "./preview.ts";

/**
 * Ask git of the checkout that has the base what `planMerge` is going to ask, while it still looks at the session's own
 * worktree. Where the base turns out to be another branch, or to stand elsewhere, nobody hears the answers.
 *
 * @param into the branch that was asked for
 */
export function askOfBase(
  record: SessionRecord,
  environment: Environment,
  into: string | undefined,
  { listed, all }: ListedAmong,
): AskedAhead | undefined {
  const base = checkedOut(all, into ?? refMadeFrom(record));
  if (base === undefined || base.checkedOutAt === null || listed.head === null) return undefined;
  const questions = [
    distanceQuestion(base.commit, listed.head),
    changesQuestion(base.commit, listed.head),
    STATE,
  ];
  return { root: base.checkedOutAt, answer: askAhead(base.checkedOutAt, environment, questions) };
}
