/** What `berth init` lets a user choose. */
export interface HookOptions {
  /** The name under which PATH has the program; the function in the shell has it too. */
  readonly command: string;
  /** The program itself where that is known, so that no launcher runs at a prompt; empty: PATH's. */
  readonly program: string;
  /** Whether something is put into the prompt's hooks. */
  readonly prompt: boolean;
}

/** What there is for a shell, as text to be evaluated by it. */
export interface Shell {
  readonly hook: (options: HookOptions) => string;
  readonly completions: (options: CompletionOptions) => string;
}

/** A name that every shell takes as a command's and a function's, and that needs no quotes in any of them. */
export const COMMAND_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;

/** A text as a word of the shell's that means exactly that. */
export type Quote = (text: string) => string;

/** In single quotes, as sh, bash and zsh have them. */
export const quoteSh: Quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Fill in a shell's text: `@command@` is the program's name, `@program@` the program itself, and what stands between
 * lines `#prompt` and `#end` is left out where the prompt is to be left alone. Of two empty lines in a row one is left.
 */
export function render(text: string, { command, program, prompt }: HookOptions, quote: Quote): string {
  const lines: string[] = [];
  let inPrompt = false;
  for (const line of text.split("\n")) {
    const mark = line.trim();
    if (mark === "#prompt" || mark === "#end") inPrompt = mark === "#prompt";
    else if ((prompt || !inPrompt) && (line !== "" || lines.at(-1) !== "")) lines.push(line);
  }
  // In one go: a path may hold anything.
  return lines.join("\n").replace(
    /@command@|@program@/g,
    (mark) => mark === "@command@" ? command : quote(program),
  );
}

/** What completions need to know, which know no prompt. */
export type CompletionOptions = Omit<HookOptions, "prompt">;

/** The text of completions. */
export const renderCompletions = (text: string, options: CompletionOptions, quote: Quote): string =>
  render(text, { ...options, prompt: true }, quote);
