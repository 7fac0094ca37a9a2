import { fail } from "../../errors/errors.ts";
import { remember, valuesToChange } from "../../store/state.ts";
import { setEntry } from "../../store/record.ts";
import { updateSession } from "../../store/update.ts";
import { type Command, flag, type Input, outJson, text } from "../command.ts";
import { here, SCRIPT, WAIT } from "../mean/session.ts";
import { checkedKey, parseValue, readInput } from "../line/value.ts";

export const set: Command = {
  usage: "set <key> [value]",
  about: "Keep a value in this session",
  details: ["The value is kept as text. With --stdin it is read from standard input, every byte of it."],
  options: [
    { flag: "--json-value", about: "The value is JSON, and kept as such" },
    { flag: "--stdin", about: "Read the value from standard input" },
    SCRIPT,
    WAIT,
  ],
  examples: [
    "berth set branch main",
    `berth set --json-value ports '[80, 443]'`,
    "berth set --stdin log <build.log",
  ],
  dashedFrom: 1,
  async run(context, input) {
    const key = checkedKey(input.args[0] ?? "");
    const value = await givenValue(input);
    const { store, id, origin } = await here(context, input, "set");
    const script = text(input, "script");
    await updateSession(store, id, (draft) => {
      setEntry(valuesToChange(draft, script), key, value);
      remember(draft, store.now(), "set", { key, ...script === undefined ? {} : { script } });
    }, { origin, repeatable: true });
    if (context.json) outJson(context, { id, key, value });
  },
};

async function givenValue(input: Input): Promise<unknown> {
  const [, argument] = input.args;
  const stdin = flag(input, "stdin");
  if (stdin && argument !== undefined) {
    throw fail("unexpected_argument", { command: "set", given: argument, usage: "set --stdin <key>" });
  }
  if (!stdin && argument === undefined) {
    throw fail("missing_argument", { command: "set", usage: "set <key> <value>" });
  }
  const given = argument ?? await readInput();
  return flag(input, "json-value") ? parseValue(given) : given;
}
