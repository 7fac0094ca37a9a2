import completions from "./fish-completions.fish" with { type: "text" };
import hook from "./fish.fish" with { type: "text" };
import { render, renderCommand, type Shell } from "./render.ts";

export const fish: Shell = {
  hook: (options) => render(hook, options),
  completions: (command) => renderCommand(completions, command),
};
