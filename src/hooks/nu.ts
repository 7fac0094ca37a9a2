import completions from "./nu-completions.nu" with { type: "text" };
import hook from "./nu.nu" with { type: "text" };
import { type Quote, render, renderCompletions, type Shell } from "./render.ts";

/** As a raw string, closed by more signs than the text has in a row. */
const quoteNu: Quote = (text) => {
  const signs = "#".repeat(Math.max(0, ...(text.match(/#+/g) ?? []).map(({ length }) => length)) + 1);
  return `r${signs}'${text}'${signs}`;
};

export const nu: Shell = {
  hook: (options) => render(hook, options, quoteNu),
  completions: (options) => renderCompletions(completions, options, quoteNu),
};
