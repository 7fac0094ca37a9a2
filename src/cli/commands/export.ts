import { readFileSync } from "node:fs";
import { fail } from "../../errors/errors.ts";
import { gitIn } from "../../sessions/git/git.ts";
import { importSessions } from "../../sessions/workspace/import.ts";
import { find, runAlive } from "../../sessions/workspace/query.ts";
import { findRepositoryIfAny } from "../../sessions/git/repository.ts";
import { parseFile, toFile } from "../../sessions/workspace/workspace-file.ts";
import { type Command, type Context, type Input, type Option, outJson } from "../command.ts";
import { directoryOf } from "../line/given-directory.ts";
import { WAIT } from "../mean/session.ts";
import { dependenciesOf } from "../mean/sessions-dependencies.ts";

const PATH: Option = { flag: "--path <dir>", about: "The project; otherwise the one we are in" };

export const exportCommand: Command = {
  usage: "export",
  about: "Print a project's sessions as one JSON document",
  details: ['The document is {"version": "1.0", "sessions": [...]}; berth import reads it.'],
  options: [PATH],
  examples: ["berth export >sessions.json"],
  async run(context, input) {
    const deps = await dependenciesOf(context, input, "export");
    const workspace = await workspaceOf(context, input);
    const file = toFile(
      [...find(deps.store, { workspace })],
      (record) => runAlive(deps.machine(), record) === true,
    );
    context.out(`${JSON.stringify(file, null, 2)}\n`);
  },
};

export const importCommand: Command = {
  usage: "import <file>",
  about: "Take sessions over from such a document",
  details: [
    "- is standard input. Sessions that are there stay as they are; the others come in idle, all or none.",
  ],
  options: [PATH, WAIT],
  examples: ["berth import sessions.json"],
  async run(context, input) {
    const [name = ""] = input.args;
    const file = parseFile(name, read(name));
    const deps = await dependenciesOf(context, input, "import");
    const { imported, skipped } = await importSessions(deps, await workspaceOf(context, input), file);
    if (context.json) outJson(context, { imported, skipped });
    else context.say(`berth: ${imported.length} sessions imported, ${skipped.length} were there\n`);
  },
};

function read(name: string): string {
  try {
    return readFileSync(name === "-" ? 0 : name, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw fail("read_failed", { what: name === "-" ? "standard input" : JSON.stringify(name), why }, error);
  }
}

/** The root that sessions made here would have. */
async function workspaceOf({ host }: Context, input: Input): Promise<string> {
  const directory = directoryOf(input);
  return (await findRepositoryIfAny(gitIn(directory, host.variables)))?.root ?? directory;
}
