import { CHANGERS, DRAWERS } from "./zsh-entries.ts";
import completions from "./zsh-completions.zsh" with { type: "text" };
import hook from "./zsh.zsh" with { type: "text" };
import { quoteSh, render, renderCompletions, type Shell } from "./render.ts";

const text = hook.replace("@changers@", CHANGERS.join(" | ")).replace("@drawers@", DRAWERS.join(" | "));

export const zsh: Shell = {
  hook: (options) => render(text, options, quoteSh),
  completions: (options) => renderCompletions(completions, options, quoteSh),
};
