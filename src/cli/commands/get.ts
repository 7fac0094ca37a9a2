import { fail } from "../../errors/errors.ts";
import { readRecord } from "../../store/read.ts";
import { valuesOf } from "../../store/state.ts";
import { type Command, outJson, text } from "../command.ts";
import { here, SCRIPT } from "../mean/session.ts";
import { onOneLine } from "../line/value.ts";

export const get: Command = {
  usage: "get [key]",
  about: "Print a value of this session, or all of them",
  options: [SCRIPT],
  examples: ["berth get branch", "berth get --json"],
  async run(context, input) {
    const { store, id } = await here(context, input, "get");
    const values = valuesOf(readRecord(store, id), text(input, "script")) ?? {};
    const [key] = input.args;
    if (key !== undefined) {
      if (!Object.hasOwn(values, key)) throw fail("no_such_key", { key, id });
      return context.json
        ? outJson(context, { id, key, value: values[key] })
        : context.out(whole(values[key]));
    }
    if (context.json) return outJson(context, { id, values });
    context.out(Object.keys(values).sort().map((name) => `${name}\t${onOneLine(values[name])}\n`).join(""));
  },
};

/** Text as it is, ending its line where it does not do so itself. */
function whole(value: unknown): string {
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  return shown.endsWith("\n") ? shown : `${shown}\n`;
}
