import { factsReader } from "../../../facts/open.ts";
import { everyAgentOf, rowsOf } from "../../mean/agents.ts";
import { resolve } from "node:path";
import { type Command, flag, text } from "../../command.ts";
import { selected } from "../../mean/selected.ts";
import { ROOT_OPTION, subjectOf } from "../../mean/subject.ts";
import type { Subject } from "../../../sandbox/session.ts";
import { openUnheard } from "../../mean/unheard.ts";
import { build } from "../version.ts";
import { Queue } from "./queue.ts";
import { openStreams } from "./streams.ts";
import type { Effect } from "./tool.ts";

/** Signals that ask us to end, with their numbers. Our script's process ends with us. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

function endWhenAsked(): void {
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.once(signal, () => process.exit(128 + number));
  }
}

/** The SDK's schemas are checked once each: compiling a checker for them first takes longer. */
function checkWithoutCompiling(): void {
  Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
}

/** @throws why it cannot be a root: that is said now, not at the first call */
async function givenRoot(given: string | undefined): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const { projectRoot } = await import("../../../sandbox/files.ts");
  using root = await projectRoot(resolve(given));
  return root.path;
}

export const mcp: Command = {
  usage: "mcp",
  about: "Serve a session to an agent over MCP: its state, files and Lua",
  threads: true,
  details: [
    "Speaks the Model Context Protocol on standard input and output; an agent's configuration starts it. Without",
    "--session it serves the session of the terminal that the agent runs in. Nothing that deletes something is",
    "offered without --allow-delete. Every tool takes the name of another session, as commands do; files are those",
    "of a session below the directory that is served.",
    "Files are those of --root, else of the client's roots, else of CLAUDE_PROJECT_DIR, else of the session's own",
    "project; where there is none of them no file tools are offered.",
  ],
  options: [
    { flag: "--session <session>", about: "The session to serve: ID, name, label or prefix" },
    { flag: "--read-only", about: "Offer only what changes nothing" },
    { flag: "--allow-delete", about: "Offer the deletion of files and values as well" },
    { ...ROOT_OPTION, about: "Directory whose files are served" },
  ],
  examples: [
    "claude mcp add berth -- berth mcp",
    "berth mcp --session my-session --read-only",
  ],
  async run(context, input) {
    const { root, ...subject } = await subjectOf(context, input, "mcp", text(input, "session"));
    const given = await givenRoot(root);
    const streams = openStreams();
    endWhenAsked();
    checkWithoutCompiling();
    const look = openUnheard(context, subject.store);
    const service = {
      subject,
      readOnly: flag(input, "read-only"),
      allowDelete: flag(input, "allow-delete"),
      changes: new Queue(),
      scripts: new Queue(),
      meant: async (given: string, effect: Effect) =>
        await selected(context, input, "mcp", { given, effect: effect === "reads" ? "look" : "change" }),
      agents: async ({ store, id }: Subject) => {
        // A new reader each time: that of the context answers every question once.
        const facts = (await factsReader(context.host))();
        return rowsOf((await everyAgentOf(context, store, look, facts)).get(id));
      },
    };
    const { serve, Roots } = await import("./server.ts");
    const roots = new Roots(subject, given, context.host.variables["CLAUDE_PROJECT_DIR"]);
    const say = (words: string) => context.say(`berth: ${words}\n`);
    process.exit(await serve(service, roots, build.version, streams, say));
  },
};
