import { fail } from "../../errors/errors.ts";
import { gitIn } from "../../sessions/git/git.ts";
import { type Hooks, readHooks } from "../../sessions/project-hooks/hooks-file.ts";
import { findRepositoryIfAny } from "../../sessions/git/repository.ts";
import { distrust, trust } from "../../sessions/project-hooks/trust.ts";
import { type Command, type Context, flag, type Input, outJson } from "../command.ts";
import { directoryOf } from "../line/given-directory.ts";
import { WAIT } from "../mean/session.ts";
import { dependenciesOf, terminalRecord } from "../mean/sessions-dependencies.ts";

export const trustCommand: Command = {
  usage: "trust [session]",
  about: "Allow the hooks of this project to run",
  details: [
    "A project's .berth.json names commands: post-create (in a new worktree), pre-destroy (before it goes; a",
    'failing one keeps it) and status-change, as {"hooks": {"post-create": "npm ci"}, "timeout": 60}. A string is',
    "a line for the shell, an array a program with arguments. None runs before its file is trusted, and a file",
    "that changed is not trusted any more. What is trusted is printed.",
  ],
  options: [
    { flag: "--revoke", about: "Trust no hooks of this project any more" },
    { flag: "--path <dir>", about: "The project; otherwise the one we are in" },
    WAIT,
  ],
  examples: ["berth trust", "berth trust --revoke"],
  async run(context, input) {
    const deps = await dependenciesOf(context, input, "trust");
    const { root, directory } = await placeToTrust(context, input);
    if (flag(input, "revoke")) {
      await distrust(deps.store, root);
      return context.json ? outJson(context, { root, trusted: null }) : undefined;
    }
    const hooks = readHooks(directory);
    if (hooks === null) throw fail("no_hooks", { directory });
    await trust(deps.store, root, hooks.text);
    if (context.json) outJson(context, { root, trusted: hooks.commands });
    else for (const line of lines(hooks)) context.say(`berth: trusted: ${line}\n`);
  },
};

const lines = ({ commands }: Hooks): string[] =>
  Object.entries(commands).map(([hook, command]) => `${hook}: ${JSON.stringify(command)}`);

/** The workspace, and the checkout whose file is meant: a branch may have another than the main one. */
async function placeToTrust(context: Context, input: Input): Promise<{ root: string; directory: string }> {
  const [given] = input.args;
  if (given !== undefined) {
    const { project, id } = terminalRecord(context, await dependenciesOf(context, input, "trust"), input, {
      given,
      effect: "change",
    });
    if (project === undefined) throw fail("not_a_named_session", { id, action: "trust the hooks of" });
    return { root: project.root, directory: project.worktree ?? project.root };
  }
  const directory = directoryOf(input);
  const repository = await findRepositoryIfAny(gitIn(directory, context.host.variables));
  const root = repository?.root ?? directory;
  return { root, directory: repository?.top ?? root };
}
