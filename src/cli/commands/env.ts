import { type Command, flag, outJson, text } from "../command.ts";
import { coloursOf } from "../say/colours.ts";
import { aligned } from "../say/columns.ts";
import { inherited } from "./env-variables.ts";

const SHELLS = ["sh", "fish", "pwsh", "nu"] as const;

/** How each shell takes variables away. */
const UNSET: Readonly<Record<(typeof SHELLS)[number], (names: readonly string[]) => string>> = {
  sh: (names) => `unset ${names.join(" ")}`,
  fish: (names) => `set -e ${names.join(" ")}`,
  pwsh: (names) => `Remove-Item -Path ${names.map((name) => `Env:${name}`).join(",")}`,
  nu: (names) => `hide-env ${names.join(" ")}`,
};

export const env: Command = {
  usage: "env",
  about: "Show the variables that speak of this terminal, or what takes them away",
  details: [
    "For programs that open terminals: what they start inherits these, and they would speak of the wrong one.",
    "Only what is set is named; where nothing is, nothing is printed.",
  ],
  options: [
    { flag: "--clean", about: "Print the line that takes them away, to be evaluated by the shell" },
    {
      flag: "--shell <shell>",
      about: "With --clean: for which shell, sh when not given",
      oneOf: SHELLS,
      wanted: "sh, fish, pwsh or nu",
    },
  ],
  examples: [`eval "$(berth env --clean)"; exec my-terminal`, "berth env --clean --shell fish | source"],
  run(context, input) {
    const found = inherited(context.host.variables);
    const names = found.map(({ name }) => name);
    if (context.json) return outJson(context, { unset: names });
    if (found.length === 0) return;
    if (flag(input, "clean")) {
      const shell = (text(input, "shell") ?? "sh") as (typeof SHELLS)[number];
      context.out(`${UNSET[shell](names)}\n`);
      return;
    }
    const rows = found.map(({ name, by, of }) => [name, by, of]);
    context.out(aligned(["VARIABLE", "SET BY", "SPEAKS OF"], rows, coloursOf(context.host)));
  },
};
