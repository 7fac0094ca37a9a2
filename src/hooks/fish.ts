import completions from "./fish-completions.fish" with { type: "text" };
import hook from "./fish.fish" with { type: "text" };
import { type Quote, render, renderCompletions, type Shell } from "./render.ts";

/** In single quotes, in which fish knows two escapes; without them where fish_indent would take them away. */
const quoteFish: Quote = (text) =>
  /^[A-Za-z0-9/._-]+$/.test(text) ? text : `'${text.replace(/[\\']/g, "\\$&")}'`;

export const fish: Shell = {
  hook: (options) => render(hook, options, quoteFish),
  completions: (options) => renderCompletions(completions, options, quoteFish),
};
