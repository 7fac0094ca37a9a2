import { shellWord } from "../../errors/errors.ts";
import type { Input } from "../command.ts";

/**
 * The command line as it was typed, with another word for the session: what a hint can say.
 *
 * @param command the words behind `berth`
 * @param given the word that is replaced; null where there was none, and the new one comes first
 */
export function retyped(input: Input, command: string, given: string | null, session: string): string {
  const at = given === null ? -1 : input.args.indexOf(given);
  const args = at >= 0
    ? input.args.with(at, session)
    : given === null
    ? [session, ...input.args]
    : input.args;
  const options = Object.entries(input.options).flatMap(([name, value]) => {
    if (typeof value === "string") return [`--${name}`, at < 0 && value === given ? session : value];
    return value === true ? [`--${name}`] : [];
  });
  const rest = input.rest === undefined ? [] : ["--", ...input.rest];
  return ["berth", command, ...args, ...options, ...rest].map(shellWord).join(" ");
}
