import { askAhead, type Early } from "./git.ts";
import type { Environment } from "./git-environment.ts";
import { isPlainCheckout } from "./plain-worktree.ts";
import { projectAround } from "./project-around.ts";
import { repositoryQuestion } from "./repository-question.ts";

/** A checkout's root, and what git was asked there before it was known whether that is of use. */
export interface AskedAhead {
  readonly root: string;
  readonly answer: Early;
}

/**
 * Let git look at the project that a directory is in, which is nearly always the session's, while a command is loaded.
 *
 * @returns undefined outside of any project, and where its own files tell
 */
export function askAround(directory: string, environment: Environment): AskedAhead | undefined {
  const root = projectAround(directory, []);
  // It will not be asked.
  if (root === null || isPlainCheckout(root)) return undefined;
  return { root, answer: askAhead(root, environment, [repositoryQuestion()]) };
}
