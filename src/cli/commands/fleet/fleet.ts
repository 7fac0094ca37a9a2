import { fail } from "../../../errors/errors.ts";
import { type Command, type Context, type Input } from "../../command.ts";
import { nearest } from "../../line/nearest.ts";
import { add, hosts, remove } from "./hosts.ts";
import { list } from "./list.ts";
import { exec, run, show } from "./run.ts";

type Operation = (context: Context, input: Input, args: readonly string[]) => Promise<number | void> | void;

export const OPERATIONS: Readonly<Record<string, Operation>> = { add, remove, hosts, list, show, run, exec };

function operationOf(word: string): Operation {
  const operation = Object.hasOwn(OPERATIONS, word) ? OPERATIONS[word] : undefined;
  if (operation) return operation;
  throw fail("unknown_command", {
    given: `fleet ${word}`.trim(),
    near: nearest(word, Object.keys(OPERATIONS)),
  });
}

export const fleet: Command = {
  usage: "fleet <operation> [argument] [-- <command...>]",
  about: "See and use the sessions of other machines, over SSH",
  details: [
    "add NAME, remove NAME  Know a host, or forget it",
    "hosts                  The hosts that are known, and how old their last answers are",
    "list                   The sessions of all of them; who does not answer is shown by what it said last",
    "show HOST:SESSION      What is kept of a session there",
    "run HOST -- COMMAND    Run a command there, with its output and exit status here",
    "exec TOKEN             The other end of run, called by it",
    "Hosts are asked by ssh as you would (keys, agent, ProxyJump, ControlMaster), and need berth on the PATH of a login",
    "without a terminal, or --berth. HOST is a name that was added, or what ssh calls it.",
  ],
  options: [
    { flag: "--ssh <destination>", about: "add: how ssh calls it: host, user@host, ssh://user@host:port" },
    { flag: "--berth <path>", about: "add: where berth is there" },
    { flag: "--hosts <hosts>", about: "list: ask these, separated by commas" },
  ],
  examples: [
    "berth fleet add devbox --ssh me@devbox.example.invalid",
    "berth fleet list",
    "berth fleet run devbox -- berth get branch --session-id build",
  ],
  async run(context, input) {
    const [word = "", ...args] = input.args;
    return await operationOf(word)(context, input, args) ?? 0;
  },
};
