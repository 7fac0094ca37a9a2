import type { Command } from "../command.ts";
import { callOf, COMMAND_OPTION, shellOf } from "./shells.ts";

export const completions: Command = {
  usage: "completions <shell>",
  about: "Print the completions of a shell: bash, zsh, fish, pwsh or nu",
  details: [
    "They ask berth itself at every press of the key, so they know its commands, options and sessions.",
    `Load them beside the hook: eval "$(berth completions bash)"; in zsh after compinit; in fish once into`,
    "~/.config/fish/completions/berth.fish. In Nushell the hook brings them along.",
  ],
  options: [COMMAND_OPTION],
  examples: [`eval "$(berth completions bash)"`, "berth completions fish | source"],
  async run(context, input) {
    const { completions } = await shellOf(input);
    context.out(completions(callOf(input)));
  },
};
