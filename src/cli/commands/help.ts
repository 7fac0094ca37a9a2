import { fail, kinds } from "../../errors/errors.ts";
import { type Command, type CommandTable, type Context, type Option, outJson } from "../command.ts";
import { findCommand } from "../line/find-command.ts";
import { GLOBAL_OPTIONS } from "../line/globals.ts";
import { nearest } from "../line/nearest.ts";
import { type Colours, coloursOf } from "../say/colours.ts";

export const help: Command = {
  usage: "help [topic]",
  about: "Show help on a command or a topic",
  details: [`Topics beside the commands: errors`],
  async run(context, { args: [topic] }) {
    const colours = coloursOf(context.host);
    if (topic === undefined) context.out(overview(context, colours));
    else if (topic === "errors") printErrors(context);
    else context.out(await page(context.commands, topic, colours));
  },
};

/** Two columns, the first of a width of its own where none is given. */
function columns(
  rows: readonly Row[],
  left: (text: string) => string = (text) => text,
  width = widest(rows),
) {
  return rows.map(([first, second]) => `  ${left(first)}${" ".repeat(width - first.length)}  ${second}\n`)
    .join("");
}

type Row = readonly [string, string];

const widest = (rows: readonly Row[]): number => Math.max(...rows.map(([left]) => left.length));

const optionRows = (options: readonly Option[]) => options.map(({ flag, about }) => [flag, about] as const);

/** The commands of a group, as far as people type them. */
const commandRows = (commands: CommandTable): Row[] =>
  Object.entries(commands).filter(([, { hidden }]) => !hidden)
    .map(([name, { aliases = [], about }]) => [[name, ...aliases].join(", "), about] as const);

/** Commands that serve one purpose. */
interface CommandGroup {
  readonly title: string;
  readonly commands: CommandTable;
}

/** The list of commands in its groups. */
export const groupsOf = (commands: CommandTable): CommandGroup[] =>
  [...Map.groupBy(Object.entries(commands), ([, { group }]) => group)]
    .map(([title, rows]) => ({ title, commands: Object.fromEntries(rows) }));

function overview({ commands }: Context, { heading, command }: Colours): string {
  const width = widest([...commandRows(commands), ...optionRows(GLOBAL_OPTIONS)]);
  const groups = groupsOf(commands).map(({ title, commands }) =>
    `${heading(`${title}:`)}\n${columns(commandRows(commands), command, width)}`
  );
  return `berth: a stable session ID for every terminal, and the state that belongs to it

${heading("Usage:")} berth <command> [options] [arguments]

${groups.join("\n")}
${heading("Options of every command:")}
${columns(optionRows(GLOBAL_OPTIONS), command, width)}
Type "berth help <command>" for one of them, "berth help errors" for exit statuses and error codes.
`;
}

async function page(
  commands: CommandTable,
  topic: string,
  { heading, command: typed }: Colours,
): Promise<string> {
  const found = findCommand(commands, topic);
  if (found === undefined) {
    const near = nearest(topic, [...Object.keys(commands), "errors"]);
    throw fail("unknown_topic", { given: topic, near });
  }
  const command = await found.entry.load();
  const { usage, about, details = [], examples = [], options = [] } = command;
  const section = (title: string, body: string) => body === "" ? "" : `\n${heading(`${title}:`)}\n${body}`;
  return `${about}\n\n${heading("Usage:")} berth ${usage}${options.length > 0 ? " [options]" : ""}\n` +
    (details.length > 0 ? `\n${details.join("\n")}\n` : "") +
    section("Options", options.length > 0 ? columns(optionRows(options), typed) : "") +
    section("Options of every command", columns(optionRows(GLOBAL_OPTIONS), typed)) +
    section("Examples", examples.map((example) => `  ${typed(example)}\n`).join(""));
}

export const STATUSES: readonly (readonly [string, string])[] = [
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
    }  A supervised command's own status passes through; 126: the file cannot be executed, 127: there is no such program.\n
Error codes, each with its exit status and an example:
${columns(rows.map(({ code, exit, example }) => [`${code} (${exit})`, example] as const))}`,
  );
}
