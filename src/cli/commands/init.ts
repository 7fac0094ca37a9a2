import { type Command, flag } from "../command.ts";
import { callOf, COMMAND_OPTION, shellOf } from "./shells.ts";

export const init: Command = {
  usage: "init <shell>",
  about: "Print the hook of a shell: bash, zsh, fish, pwsh or nu",
  details: [
    "Put one line into your shell's startup file:",
    "",
    `  bash  ~/.bashrc                   eval "$(berth init bash)"`,
    `  zsh   ~/.zshrc                    eval "$(berth init zsh)"`,
    "  fish  ~/.config/fish/config.fish  berth init fish | source",
    '  pwsh  $PROFILE                    Invoke-Expression ((& berth init pwsh) -join "`n")',
    "  nu    type once                   berth init nu | save -f ($nu.user-autoload-dirs.0 | path join berth.nu)",
    "",
    "Every shell then has BERTH_SESSION_ID, and the short ID for its prompt in BERTH_SESSION_SHORT. The text is",
    "always the same and may be kept in a file.",
  ],
  options: [
    { flag: "--no-prompt", about: "Put nothing into the prompt's hooks; a changed session is not noticed" },
    COMMAND_OPTION,
  ],
  examples: [`eval "$(berth init bash)"`, "berth init fish --no-prompt | source"],
  async run(context, input) {
    const { hook } = await shellOf(input);
    context.out(hook({ ...callOf(input), prompt: !flag(input, "no-prompt") }));
  },
};
