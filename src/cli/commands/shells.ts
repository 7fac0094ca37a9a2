import { tmpdir } from "node:os";
import process from "node:process";
import { fail } from "../../errors/errors.ts";
import { lastingPath } from "../../hooks/lasting-path.ts";
import { COMMAND_NAME, type CompletionOptions, type Shell } from "../../hooks/render.ts";
import { isShellName, SHELLS } from "../../hooks/shells.ts";
import { type Input, type Option, text } from "../command.ts";
import { nearest } from "../line/nearest.ts";

/** `--cmd`, for texts that call berth by its name. */
export const COMMAND_OPTION: Option = {
  flag: "--cmd <name>",
  about: "The name that PATH has the program under, and that the shell's function gets (default: berth)",
};

/** The shell that the first argument names. @throws BerthError unknown_shell */
export async function shellOf({ args: [given = ""] }: Input): Promise<Shell> {
  if (isShellName(given)) return await SHELLS[given]();
  throw fail("unknown_shell", { given, near: ALIASES[given] ?? nearest(given, Object.keys(SHELLS)) });
}

const ALIASES: Readonly<Record<string, string>> = {
  powershell: "pwsh",
  nushell: "nu",
  sh: "bash",
};

/**
 * How a shell is to call the program: by the name that `--cmd` gives, or by ours and, where it will stay there, by the
 * path of the program that is running.
 *
 * @throws BerthError bad_option_value
 */
export function callOf(input: Input): CompletionOptions {
  const command = commandName(input);
  // Compiled: else the path is that of Bun or Deno.
  const own = typeof BERTH_SYSTEM === "string" && text(input, "cmd") === undefined;
  return { command, program: own ? lastingPath(process.execPath, tmpdir()) : "" };
}

/** The name given by `--cmd`. @throws BerthError bad_option_value for one that a shell would have to quote */
function commandName(input: Input): string {
  const name = text(input, "cmd") ?? "berth";
  if (COMMAND_NAME.test(name)) return name;
  throw fail("bad_option_value", {
    option: "--cmd",
    value: name,
    wanted: "a name of letters, digits, _ . and - that begins with a letter or _",
  });
}
