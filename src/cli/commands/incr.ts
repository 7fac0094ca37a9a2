import { fail } from "../../errors/errors.ts";
import { increment, remember, valuesToChange } from "../../store/state.ts";
import { updateSession } from "../../store/update.ts";
import { type Command, outJson, text } from "../command.ts";
import { here, SCRIPT, WAIT } from "../mean/session.ts";
import { checkedKey } from "../line/value.ts";

export const incr: Command = {
  usage: "incr <key> [by]",
  about: "Add to a number of this session, and print the sum",
  details: ["A key that is not there counts as 0. Two processes at once never lose a step."],
  options: [SCRIPT, WAIT],
  examples: ["berth incr builds", "berth incr left -1"],
  dashedFrom: 1,
  async run(context, input) {
    const key = checkedKey(input.args[0] ?? "");
    const by = step(input.args[1] ?? "1");
    const { store, id, origin } = await here(context, input, "incr");
    const script = text(input, "script");
    let value = 0;
    await updateSession(store, id, (draft) => {
      value = increment(valuesToChange(draft, script), key, by);
      remember(draft, store.now(), "incr", { key, by, ...script === undefined ? {} : { script } });
    }, { origin, repeatable: true });
    if (context.json) outJson(context, { id, key, value });
    else context.out(`${value}\n`);
  },
};

function step(given: string): number {
  const by = Number(given);
  if (!/^[+-]?\d+$/.test(given) || !Number.isSafeInteger(by)) throw fail("bad_step", { value: given });
  return by;
}
