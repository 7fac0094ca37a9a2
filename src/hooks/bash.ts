import completions from "./bash-completions.sh" with { type: "text" };
import hook from "./bash.sh" with { type: "text" };
import { render, renderCommand, type Shell } from "./render.ts";

export const bash: Shell = {
  hook: (options) => render(hook, options),
  completions: (command) => renderCommand(completions, command),
};
