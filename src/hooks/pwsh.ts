import completions from "./pwsh-completions.ps1" with { type: "text" };
import hook from "./pwsh.ps1" with { type: "text" };
import { render, renderCommand, type Shell } from "./render.ts";

export const pwsh: Shell = {
  hook: (options) => render(hook, options),
  completions: (command) => renderCommand(completions, command),
};
