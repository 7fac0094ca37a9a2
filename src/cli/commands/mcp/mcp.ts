import { openRoot, rootOf } from "../../../sandbox/session.ts";
import { readRecord } from "../../../store/read.ts";
import { type Command, flag, text } from "../../command.ts";
import { openStreams } from "./streams.ts";
import { ROOT_OPTION, subjectOf } from "../../mean/subject.ts";
import { build } from "../version.ts";

export const mcp: Command = {
  usage: "mcp",
  about: "Serve a session to an agent over MCP: its state, files and Lua",
  threads: true,
  details: [
    "Speaks the Model Context Protocol on standard input and output; an agent's configuration starts it. Without",
    "--session it serves the session of the terminal that the agent runs in. Nothing that destroys something is",
    "offered without --allow-delete.",
  ],
  options: [
    { flag: "--session <session>", about: "The session to serve: ID, name, label or prefix" },
    { flag: "--read-only", about: "Offer only what changes nothing" },
    { flag: "--allow-delete", about: "Offer the deletion of files and values as well" },
    ROOT_OPTION,
  ],
  examples: [
    "claude mcp add berth -- berth mcp",
    "berth mcp --session my-session --read-only",
  ],
  async run(context, input) {
    const subject = subjectOf(context, input, "mcp", text(input, "session"));
    // A root that cannot be one is said now, not at the first call.
    if (rootOf(readRecord(subject.store, subject.id), subject) !== null) {
      (await openRoot(subject))[Symbol.dispose]();
    }
    const service = { subject, readOnly: flag(input, "read-only"), allowDelete: flag(input, "allow-delete") };
    const streams = openStreams();
    const { serve } = await import("./server.ts");
    await serve(service, build.version, streams, (error) => context.say(`berth: ${error.message}\n`));
    // What is still running is for a client that is gone.
    process.exit(0);
  },
};
