import { fail, kinds } from "../../errors/errors.ts";
import { type Command, type Context, type Option, outJson } from "../command.ts";
import { GLOBAL_OPTIONS } from "../line/globals.ts";
import { nearest } from "../line/nearest.ts";
import { COMMANDS, findCommand } from "../table.ts";

export const help: Command = {
  usage: "help [topic]",
  about: "Show help on a command or a topic",
  details: [`Topics beside the commands: errors`],
  async run(context, { args: [topic] }) {
    if (topic === undefined) context.out(overview());
    else if (topic === "errors") printErrors(context);
    else context.out(await page(topic));
  },
};

/** Two columns, the first as wide as its longest entry. */
function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("");
}

const optionRows = (options: readonly Option[]) => options.map(({ flag, about }) => [flag, about] as const);

function overview(): string {
  const commands = Object.entries(COMMANDS).filter(([, { hidden }]) => !hidden)
    .map(([name, { aliases = [], about }]) => [[name, ...aliases].join(", "), about] as const);
  return `berth: a stable session ID for every terminal, and the state that belongs to it

Usage: berth <command> [options] [arguments]

Commands:
${columns(commands)}
Options of every command:
${columns(optionRows(GLOBAL_OPTIONS))}
Type "berth help <command>" for one of them, "berth help errors" for exit statuses and error codes.
`;
}

async function page(topic: string): Promise<string> {
  const found = findCommand(topic);
  if (found === undefined) {
    const near = nearest(topic, [...Object.keys(COMMANDS), "errors"]);
    throw fail("unknown_topic", { given: topic, near });
  }
  const command = await found.entry.load();
  const { usage, about, details = [], examples = [], options = [] } = command;
  const section = (title: string, body: string) => body === "" ? "" : `\n${title}:\n${body}`;
  return `${about}\n\nUsage: berth ${usage}${options.length > 0 ? " [options]" : ""}\n` +
    (details.length > 0 ? `\n${details.join("\n")}\n` : "") +
    section("Options", options.length > 0 ? columns(optionRows(options)) : "") +
    section("Options of every command", columns(optionRows(GLOBAL_OPTIONS))) +
    section("Examples", examples.map((example) => `  ${example}\n`).join(""));
}

const STATUSES: readonly (readonly [string, string])[] = [
  ["0", "done"],
  ["1", "failed"],
  ["2", "usage"],
  ["3", "no such session, or ambiguous"],
  ["4", "no stable session here"],
  ["5", "busy: locked, or live"],
  ["6", "refused, to protect something: limit reached, dirty, exists, unmerged"],
  ["7", "stored data corrupt or newer than this program"],
];

function printErrors(context: Context): void {
  const rows = Object.entries(kinds()).map(([code, kind]) => {
    const { exit, message, example } = kind as {
      exit: number;
      message: (data: unknown) => string;
      example: unknown;
    };
    return { code, exit, example: message(example) };
  });
  if (context.json) return outJson(context, { statuses: Object.fromEntries(STATUSES), errors: rows });
  context.out(
    `Exit statuses:\n${
      columns(STATUSES)
    }  A supervised command's own status passes through; 127: there is no such program.\n
Error codes, each with its exit status and an example:
${columns(rows.map(({ code, exit, example }) => [`${code} (${exit})`, example] as const))}`,
  );
}
