import completions from "./zsh-completions.zsh" with { type: "text" };
import hook from "./zsh.zsh" with { type: "text" };
import { render, renderCommand, type Shell } from "./render.ts";

export const zsh: Shell = {
  hook: (options) => render(hook, options),
  completions: (command) => renderCommand(completions, command),
};
