import completions from "./pwsh-completions.ps1" with { type: "text" };
import words from "./pwsh-words.ps1" with { type: "text" };
import hook from "./pwsh.ps1" with { type: "text" };
import { type Quote, render, renderCompletions, type Shell } from "./render.ts";

/** In single quotes; PowerShell takes typographic ones for plain ones, and doubles each. */
const quotePwsh: Quote = (text) => `'${text.replace(/['\u2018-\u201B]/g, "$&$&")}'`;

export const pwsh: Shell = {
  hook: (options) => render(hook.replace("@words@\n", () => words), options, quotePwsh),
  completions: (options) => renderCompletions(completions, options, quotePwsh),
};
