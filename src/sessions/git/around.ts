import { askAhead, type Early } from "./git.ts";
import type { Environment } from "./git-environment.ts";
import { type DatedState, readMainState } from "./checkout-state.ts";
import { isPlainCheckout } from "./plain-worktree.ts";
import { projectAround } from "./project-around.ts";
import { repositoryQuestion } from "./repository-question.ts";

/** A checkout's root, and what was asked there before it was known whether that is of use. */
export interface AskedAhead {
  readonly root: string;
  /** Whether its own files tell all that git would. */
  readonly isPlain?: boolean;
  /** What git was asked otherwise, and what it was to be asked of a checkout that is plain. */
  readonly answer?: Early;
  /** Its state from before that was asked; where it was not there is none. */
  readonly before?: DatedState;
  /** End what nobody has heard. */
  readonly drop?: () => void;
}

/**
 * Let git look at the project that a directory is in, which is nearly always the session's, while a command is loaded.
 *
 * @param questions what else is to be asked where a branch is checked out there, and files tell all about the repository
 * @returns undefined outside of any project
 */
export function askAround(
  directory: string,
  environment: Environment,
  questions: readonly (readonly string[])[] = [],
): AskedAhead | undefined {
  const root = projectAround(directory, []);
  if (root === null) return undefined;
  if (!isPlainCheckout(root)) return { root, answer: askAhead(root, environment, [repositoryQuestion()]) };
  const before = questions.length === 0 ? null : readMainState(root);
  if (before?.head.startsWith("ref: ") !== true) return { root, isPlain: true };
  const answer = askAhead(root, environment, questions);
  return { root, isPlain: true, before, answer, drop: answer.drop };
}
