import { remember, valuesOf } from "../../store/state.ts";
import { updateSession } from "../../store/update.ts";
import { type Command, outJson, text } from "../command.ts";
import { here, SCRIPT, WAIT } from "../mean/session.ts";
import { checkedKey } from "../line/value.ts";

export const unset: Command = {
  usage: "unset <key>",
  about: "Remove a value from this session",
  options: [SCRIPT, WAIT],
  examples: ["berth unset branch"],
  async run(context, input) {
    const key = checkedKey(input.args[0] ?? "");
    const { store, id, origin } = await here(context, input, "unset");
    const script = text(input, "script");
    let removed = false;
    await updateSession(store, id, (draft) => {
      const values = valuesOf(draft, script) ?? {};
      removed = Object.hasOwn(values, key) && delete values[key];
      if (!removed) return false;
      remember(draft, store.now(), "unset", { key, ...script === undefined ? {} : { script } });
    }, { origin, repeatable: true });
    if (context.json) return outJson(context, { id, key, removed });
    if (!removed) context.say(`berth: there was no key ${JSON.stringify(key)}\n`);
  },
};
