import { type Environment, userEnvironment } from "../git/git-environment.ts";
import { type AskOptions, type Git, mustBeNamed, thrownBy } from "../git/git.ts";
import { longWait } from "../git/long-work.ts";
import { beginGit } from "../git/run-to-end.ts";

/**
 * Git's own housekeeping (git-maintenance(1)) after a merge would go on beside us, packing the refs of which one is about
 * to go. What the merge brings was looked after as it was committed or fetched.
 */
const NO_HOUSEKEEPING = ["-c", "maintenance.auto=false"];

/**
 * Git as the user would call it: with the hooks, the signing and the settings of the repository, for what ends up in its
 * history. It asks nothing, opens no editor, and leaves its housekeeping to others.
 */
export function userGitIn(directory: string, environment: Environment): Git {
  const own = { LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_EDITOR: ":", GIT_MERGE_AUTOEDIT: "no" };
  const env = { ...userEnvironment(environment), ...own };
  let named: readonly string[] = [];
  const git: Git = Object.assign(
    async (args: readonly string[], options: AskOptions = {}) => {
      const answer = await begin([...named, ...args], options);
      if (answer.status !== 128 || named.length > 0 || !mustBeNamed(directory, env)) return answer;
      named = ["--git-dir=."];
      return begin([...named, ...args], options);
    },
    { directory },
  );
  const begin = async (args: readonly string[], { input, marks = {}, meanwhile }: AskOptions) => {
    const answer = beginGit([...NO_HOUSEKEEPING, ...args], {
      cwd: directory,
      env: { ...env, ...marks },
      input,
    });
    const word = args.find((word, at) => !word.startsWith("-") && args[at - 1] !== "-c");
    const failed = await thrownBy(meanwhile);
    const { status, out, err } = answer(longWait(`run git ${word}`));
    if (failed !== null) throw failed.error;
    // Nobody tells that of itself.
    const ended = status === null ? "\nerror: a signal ended it" : "";
    return { status: status ?? 128, out, err: `${err.trim()}${ended}` };
  };
  return git;
}
