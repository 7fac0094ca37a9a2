import { updateSession } from "../../store/update.ts";
import { type Command, outJson } from "../command.ts";
import { here, WAIT } from "../mean/session.ts";

export const touch: Command = {
  usage: "touch",
  about: "Note that this session is in use",
  options: [WAIT],
  async run(context, input) {
    const { store, id, origin } = await here(context, input, "touch");
    const { lastActivity } = await updateSession(store, id, () => {}, { origin, repeatable: true });
    if (context.json) outJson(context, { id, lastActivity });
  },
};
