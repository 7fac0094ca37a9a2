import completions from "./nu-completions.nu" with { type: "text" };
import hook from "./nu.nu" with { type: "text" };
import { render, renderCommand, type Shell } from "./render.ts";

export const nu: Shell = {
  hook: (options) => render(hook, options),
  completions: (command) => renderCommand(completions, command),
};
