/** What `berth init` lets a user choose. */
export interface HookOptions {
  /** The name under which PATH has the program; the function in the shell has it too. */
  readonly command: string;
  /** Whether something is put into the prompt's hooks. */
  readonly prompt: boolean;
}

/** What there is for a shell, as text to be evaluated by it. */
export interface Shell {
  readonly hook: (options: HookOptions) => string;
  readonly completions: (command: string) => string;
}

/** A name that every shell takes as a command's and a function's, and that needs no quotes in any of them. */
export const COMMAND_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;

/**
 * Fill in a shell's text: `@command@` is the program's name, and what stands between lines `#prompt` and `#end`
 * is left out where the prompt is to be left alone. Of two empty lines in a row one is left.
 */
export function render(text: string, { command, prompt }: HookOptions): string {
  const lines: string[] = [];
  let inPrompt = false;
  for (const line of text.split("\n")) {
    const mark = line.trim();
    if (mark === "#prompt" || mark === "#end") inPrompt = mark === "#prompt";
    else if ((prompt || !inPrompt) && (line !== "" || lines.at(-1) !== "")) {
      lines.push(line.replaceAll("@command@", command));
    }
  }
  return lines.join("\n");
}

/** The text of completions, which know no prompt. */
export const renderCommand = (text: string, command: string): string =>
  render(text, { command, prompt: true });
