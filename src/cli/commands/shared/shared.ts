import { fail } from "../../../errors/errors.ts";
import type { Command, Context, Input } from "../../command.ts";
import { nearest } from "../../line/nearest.ts";
import { WAIT } from "../../mean/session.ts";
import { copy } from "./copy.ts";
import { init } from "./init.ts";
import { status } from "./status.ts";

type Operation = (context: Context, input: Input, args: readonly string[]) => Promise<number | void>;

export const OPERATIONS: Readonly<Record<string, Operation>> = { init, status, copy };

export const shared: Command = {
  usage: "shared <operation> [session]",
  about: "Set up and look at the database that several machines share",
  details: [
    "init          Make the tables, in a schema of their own; doing it again changes nothing",
    "status        Server, version, rights, latency, and what is missing",
    "copy SESSION  Copy a session there or back; the source is archived where it was",
    "Where it is: berth config shared.url postgres://USER@HOST/DATABASE, or BERTH_SHARED_URL. The password belongs into",
    "~/.pgpass. Sessions whose label begins with team-- (or what shared.namespaces says) are then kept there.",
  ],
  options: [
    { flag: "--print", about: "init: print the SQL for an administrator, and do nothing" },
    { flag: "--grant <role>", about: "init: let this role work with the store, too" },
    { flag: "--to <place>", about: "copy: shared or local" },
    WAIT,
  ],
  examples: [
    "berth shared init",
    "berth shared init --print --grant app",
    "berth shared status",
    "berth --session-id team--deploy set version 1.4",
  ],
  async run(context, input) {
    const [word = "", ...args] = input.args;
    const operation = Object.hasOwn(OPERATIONS, word) ? OPERATIONS[word] : undefined;
    if (operation !== undefined) return await operation(context, input, args) ?? 0;
    throw fail("unknown_command", {
      given: `shared ${word}`.trim(),
      near: nearest(word, Object.keys(OPERATIONS)),
    });
  },
};
