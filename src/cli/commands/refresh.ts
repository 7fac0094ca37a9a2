import { type Command, outJson } from "../command.ts";
import { checkHook, chosenUse, ownTerminal, tellHook } from "./hook.ts";

export const refresh: Command = {
  usage: "refresh",
  about: "Let this shell ask again which session it is in",
  details: [
    "The shell's hook asks at its start and when BERTH_SESSION, BERTH_USE, TMUX or TMUX_PANE change. This asks by",
    `hand: after a tmux pane was moved to another session, or where the first answer came too late. Needs the hook`,
    `(see "berth help init").`,
  ],
  run(context) {
    checkHook(context, "refresh");
    const resolution = context.resolution();
    const { id, stable, binding } = resolution;
    if (!stable) ownTerminal(context);
    tellHook(context, chosenUse(resolution, context.facts.variables), id, binding());
    if (context.json) outJson(context, { id });
  },
};
