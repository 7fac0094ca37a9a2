import { CHANGERS, DRAWERS, IGNORED, KEPT } from "./bash-entries.ts";
import completions from "./bash-completions.sh" with { type: "text" };
import hook from "./bash.sh" with { type: "text" };
import { quoteSh, render, renderCompletions, type Shell } from "./render.ts";

const text = hook.replace("@changers@", CHANGERS.join(" | "))
  .replace("@ignored@", IGNORED.join(" | "))
  .replace("@drawers@", DRAWERS.join(" | "))
  .replaceAll("@kept@", KEPT.join(" "));

export const bash: Shell = {
  hook: (options) => render(text, options, quoteSh),
  completions: (options) => renderCompletions(completions, options, quoteSh),
};
