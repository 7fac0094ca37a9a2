import completions from "./zsh-completions.zsh" with { type: "text" };
import hook from "./zsh.zsh" with { type: "text" };
import { quoteSh, render, renderCompletions, type Shell } from "./render.ts";

export const zsh: Shell = {
  hook: (options) => render(hook, options, quoteSh),
  completions: (options) => renderCompletions(completions, options, quoteSh),
};
