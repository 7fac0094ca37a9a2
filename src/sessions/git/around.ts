import { askAhead, type Early } from "./git.ts";
import type { Environment } from "./git-environment.ts";
import { isPlainCheckout } from "./plain-worktree.ts";
import { projectAround } from "./project-around.ts";
import { repositoryQuestion } from "./repository-question.ts";

/** A checkout's root, and what was asked there before it was known whether that is of use. */
export interface AskedAhead {
  readonly root: string;
  /** Whether its own files tell all that git would. */
  readonly isPlain?: boolean;
  /** What git was asked otherwise. */
  readonly answer?: Early;
}

/**
 * Let git look at the project that a directory is in, which is nearly always the session's, while a command is loaded.
 *
 * @returns undefined outside of any project
 */
export function askAround(directory: string, environment: Environment): AskedAhead | undefined {
  const root = projectAround(directory, []);
  if (root === null) return undefined;
  if (isPlainCheckout(root)) return { root, isPlain: true };
  return { root, answer: askAhead(root, environment, [repositoryQuestion()]) };
}
