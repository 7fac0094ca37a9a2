import { join } from "node:path";
import type { SessionRecord } from "../../store/record.ts";
import { checkedOut } from "../git/branch.ts";
import type { AskedAhead } from "../git/around.ts";
import { straightAhead } from "../git/commit-files.ts";
import type { Environment } from "../git/git-environment.ts";
import { askAhead } from "../git/git.ts";
import { refMadeFrom } from "./base-branch.ts";
import { STATE } from "./in-the-way.ts";
import type { ListedAmong } from "./plan.ts";
import { changesQuestion, distanceQuestion } from "./preview.ts";

/**
 * Ask git of the checkout that has the base what `planMerge` is going to ask, while it still looks at the session's own
 * worktree; how far both are apart is mostly told by files. Where the base turns out to be another branch, or to stand elsewhere, nobody hears the answers.
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
  const { checkedOutAt: root, commit } = base;
  const compares = distanceQuestion(commit, listed.head);
  const known = straightAhead(join(root, ".git"), commit, listed.head);
  const others = [changesQuestion(commit, listed.head), STATE];
  const asked = askAhead(root, environment, known === null ? [compares, ...others] : others);
  const isCompared = (args: readonly string[]): boolean => known !== null && args.join() === compares.join();
  const told = () => ({ status: 0, out: `0\t${known}\n`, err: "" });
  return { root, answer: (args) => isCompared(args) ? told : asked(args) };
}
