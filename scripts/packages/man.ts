/** Manual pages, made from the table of commands and the docs: `berth(1)`, one for each command, `berth-sessions(7)`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command, Option } from "../../src/cli/command.ts";
import { groupsOf, STATUSES } from "../../src/cli/commands/help.ts";
import { GLOBAL_OPTIONS } from "../../src/cli/line/globals.ts";
import { COMMANDS } from "../../src/cli/table.ts";
import { argument, filledText, literal, optionMacros, paragraphs, textLine } from "./mdoc.ts";
import { markdown } from "./mdoc-markdown.ts";
import { text } from "./source.ts";

const root = join(import.meta.dir, "..", "..");

export interface Page {
  readonly name: string;
  readonly section: 1 | 7;
  readonly bytes: Uint8Array;
}

/** What every page needs: of which day it is. */
export interface Edition {
  /** Seconds since 1970. */
  readonly epoch: number;
}

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);

function page(edition: Edition, name: string, section: 1 | 7, body: readonly string[]): Page {
  const day = new Date(edition.epoch * 1000);
  const head = [
    `.Dd ${MONTHS[day.getUTCMonth()]} ${day.getUTCDate()}, ${day.getUTCFullYear()}`,
    `.Dt ${name.toUpperCase()} ${section}`,
    ".Os",
    ".Sh NAME",
  ];
  return {
    name: `${name}.${section}`,
    section,
    bytes: text(`${[...head, ...body].filter((line) => line !== "").join("\n")}\n`),
  };
}

const list = (rows: readonly (readonly [string, string])[]): string =>
  rows.length === 0
    ? ""
    : [".Bl -tag -width Ds", ...rows.map(([tag, about]) => `.It ${tag}\n${filledText(about)}`), ".El"].join(
      "\n",
    );

const options = (all: readonly Option[]): string =>
  list(all.map(({ flag, about }) => [optionMacros(flag), about] as const));

const section = (title: string, body: string): string => body === "" ? "" : `.Sh ${title}\n${body}`;

/** As the usage line has it, less the command's name: what stands in brackets may be left out. */
const synopsis = (usage: string): string => {
  const [, ...words] = usage.split(" ");
  return words.length === 0 ? "" : textLine(words.join(" "));
};

function commandPage(edition: Edition, name: string, command: Command): Page {
  const { usage, about, details = [], examples = [], options: own = [] } = command;
  return page(edition, `berth-${name}`, 1, [
    `.Nm ${argument(`berth-${name}`)}`,
    `.Nd ${textLine(about)}`,
    ".Sh SYNOPSIS",
    `.Nm berth ${argument(name)}`,
    own.length > 0 ? ".Op Ar options" : "",
    synopsis(usage),
    ".Sh DESCRIPTION",
    paragraphs(details.length > 0 ? [`${about}.`, "", ...details] : [`${about}.`]),
    section("OPTIONS", options(own)),
    section("OPTIONS OF EVERY COMMAND", options(GLOBAL_OPTIONS)),
    ".Sh EXIT STATUS",
    "The statuses are those of",
    ".Xr berth 1 .",
    section("EXAMPLES", examples.length > 0 ? literal(examples) : ""),
    ".Sh SEE ALSO",
    ".Xr berth 1 ,",
    ".Xr berth-sessions 7",
  ]);
}

function overview(edition: Edition): Page {
  const groups = groupsOf(COMMANDS).map(({ title, commands }) => {
    const rows = Object.entries(commands).filter(([, { hidden }]) => !hidden)
      .map(([name, { about }]) => [`Xr berth-${name} 1`, about] as const);
    return `.Ss ${textLine(title)}\n${list(rows)}`;
  });
  return page(edition, "berth", 1, [
    ".Nm berth",
    ".Nd a stable session ID for every terminal, and the state that belongs to it",
    ".Sh SYNOPSIS",
    ".Nm",
    ".Ar command",
    ".Op Ar options",
    ".Op Ar arguments",
    ".Sh DESCRIPTION",
    paragraphs([
      "Every terminal, tmux pane and SSH login has a session: its ID is the same in everything that is started from",
      "it, and what is kept under it is there as long as the session is.",
      "Alone, without a command, it says where you are.",
    ]),
    ".Sh COMMANDS",
    ...groups,
    ".Sh OPTIONS OF EVERY COMMAND",
    options(GLOBAL_OPTIONS),
    ".Sh EXIT STATUS",
    list(STATUSES.map(([status, about]) => [status, about] as const)),
    "The command",
    ".Ql berth help errors",
    "lists every failure by its code.",
    ".Sh SEE ALSO",
    ".Xr berth-sessions 7",
  ]);
}

function sessionsPage(edition: Edition): Page {
  return page(edition, "berth-sessions", 7, [
    ".Nm berth-sessions",
    ".Nd named sessions with a git worktree each, and what protects them",
    ".Sh DESCRIPTION",
    markdown(readFileSync(join(root, "docs", "sessions.md"), "utf8")),
    ".Sh SEE ALSO",
    ".Xr berth 1 ,",
    ".Xr berth-destroy 1 ,",
    ".Xr berth-new 1 ,",
    ".Xr berth-run 1",
  ]);
}

/** Every page. */
export async function manPages(edition: Edition): Promise<Page[]> {
  const pages = [overview(edition), sessionsPage(edition)];
  for (const { commands } of groupsOf(COMMANDS)) {
    for (const [name, { hidden, load }] of Object.entries(commands)) {
      if (!hidden) pages.push(commandPage(edition, name, await load()));
    }
  }
  return pages;
}
