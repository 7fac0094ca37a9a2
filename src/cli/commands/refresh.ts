import { type Command, outJson } from "../command.ts";
import { checkHook, ownTerminal, tellHook } from "./hook.ts";

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
    const { id, source, stable, binding } = context.resolution();
    if (!stable) ownTerminal(context);
    const { BERTH_USE = "", BERTH_SESSION_BIND } = context.facts.variables;
    // Below BERTH_SESSION what was chosen before does not count, but will again.
    const use = source !== "use" && BERTH_SESSION_BIND !== binding() ? "" : BERTH_USE;
    tellHook(context, use, id, binding());
    if (context.json) outJson(context, { id });
  },
};
