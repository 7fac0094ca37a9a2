import { writeFileSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import { BerthError, fail } from "../../errors/errors.ts";
import type { Process } from "../../facts/facts.ts";
import { recorder } from "../../facts/recording.ts";
import type { Hint, Resolution } from "../../identity/resolution.ts";
import { argumentShape } from "../../identity/shape.ts";
import { windowsShape } from "../../identity/windows-programs.ts";
import { shortId } from "../../identity/id.ts";
import { type Command, type Context, type Input, outJson, text } from "../command.ts";
import { OF, resolutionOf } from "../line/of-option.ts";
import { worktreeSession } from "../mean/selected.ts";
import { storeOf } from "../mean/session.ts";
import { type Colours, coloursOf } from "../say/colours.ts";
import { SOURCES } from "../say/words.ts";
import { printable } from "../say/printable.ts";

export const explain: Command = {
  usage: "explain",
  about: "Show how the ID was found",
  details: [
    "The chain of processes is drawn with what each of them told; every hint (a variable) is listed with",
    "whether it was believed and why, also those that were not needed. --record writes the machine as it was seen to a file, for a bug report:",
    "it holds process names and numbers and the variables berth looks at, no others and no arguments.",
  ],
  options: [OF, { flag: "--record <file>", about: "Write what was seen to FILE, which must not exist" }],
  examples: ["berth explain", "berth explain --json", "berth explain --record machine.json"],
  run(context, input) {
    const started = performance.now();
    const { facts, recording } = recorder(
      context.facts,
      (typeof BERTH_SYSTEM === "string" ? BERTH_SYSTEM : context.facts.system) === "win32"
        ? windowsShape
        : argumentShape,
    );
    const resolution = resolutionOf(context, input, facts);
    const hints = [...resolution.hints, ...resolution.seen()];
    const decided = performance.now();
    const file = text(input, "record");
    if (file !== undefined) save(file, recording());
    const total = round(performance.now() - started);
    const timings = { decision: round(decided - started), total };
    const worktree = sessionHere(context, input);
    if (context.json) printJson(context, resolution, hints, timings, worktree);
    else {
      const colours = coloursOf(context.host);
      const found = { resolution, self: facts.self, hints, milliseconds: timings.decision };
      context.out(page(found, colours) + worktreeLine(worktree));
    }
    if (file !== undefined) context.say(`Recorded to ${file}\n`);
  },
};

const round = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000;

function save(file: string, recording: unknown): void {
  try {
    // Bun under Wine finds no directory for a relative path here (openSync does).
    writeFileSync(resolvePath(file), `${JSON.stringify(recording, null, 2)}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    throw fail("write_failed", { what: JSON.stringify(file), why: (error as Error).message }, error);
  }
}

type Here = { readonly id: string; readonly name: string } | null;

/** The session in whose worktree we are: the commands that need one mean it, though the terminal's is another. */
function sessionHere(context: Context, input: Input): Here {
  try {
    const record = worktreeSession(context, storeOf(context, input, "explain"));
    return record === null ? null : { id: record.id, name: record.name ?? record.id };
  } catch (error) {
    // How the ID was found can be told without a store.
    if (error instanceof BerthError) return null;
    throw error;
  }
}

const worktreeLine = (here: Here): string =>
  here === null ? "" : `\nThis directory is in the worktree of session ${here.name} (${shortId(here.id)}).\n`;

function printJson(
  context: Context,
  resolution: Resolution,
  hints: readonly Hint[],
  timings: Record<string, number>,
  worktree: Here,
): void {
  const { id, source, stable, unstable, anchor, notes } = resolution;
  const brief = anchor === null
    ? null
    : { pid: anchor.pid, name: anchor.name, start: anchor.start, tty: anchor.tty };
  const chain = resolution.chain.map(({ pid, ppid, name, sid, tty, start }) => {
    const note = notes[pid];
    return { pid, ppid, name, sid, tty, start, ...note === undefined ? {} : { note } };
  });
  outJson(context, {
    id,
    source,
    stable,
    ...unstable === null ? {} : { unstable },
    anchor: brief,
    chain,
    hints,
    timings,
    worktree,
  });
}

interface Found {
  readonly resolution: Resolution;
  readonly self: number;
  readonly hints: readonly Hint[];
  readonly milliseconds: number;
}

function page({ resolution, self, hints, milliseconds }: Found, colours: Colours): string {
  const { id, source, unstable } = resolution;
  return `${colours.heading(id)}\n${SOURCES[source]} (source ${source}), found in ${milliseconds} ms\n` +
    (unstable === null ? "" : `${colours.notice("Not stable")}: ${unstable}. Nothing is kept under it\n`) +
    tree(resolution, self, colours) +
    (hints.length > 0 ? `\n${colours.heading("Hints:")}\n${hints.map(hintLine).join("")}` : "");
}

const hintLine = ({ name, verdict, reason }: Hint): string => `  ${name}: ${verdict}, ${reason}\n`;

/** The chain from the outermost process down to us. */
function tree({ chain, anchor, notes }: Resolution, self: number, { heading }: Colours): string {
  if (chain.length === 0) return "";
  const outside = anchor !== null && !chain.some(({ pid }) => pid === anchor.pid) ? [anchor] : [];
  const lines = [...chain.toReversed(), ...outside].map((process, depth) => {
    const marks = [
      process.pid === anchor?.pid ? "the anchor" : "",
      process.pid === self ? "this command" : "",
      outside.includes(process) ? "not an ancestor, but leads the session" : "",
      notes[process.pid] ?? "",
    ].filter((mark) => mark !== "");
    return `${process.pid === anchor?.pid ? "*" : " "} ${"  ".repeat(depth)}${line(process)}${
      marks.length > 0 ? `  <- ${marks.join("; ")}` : ""
    }\n`;
  });
  return `\n${heading("Processes, the outermost first:")}\n${lines.join("")}`;
}

/** A name is whatever a program calls itself, so what a terminal might obey is taken out of it. */
const line = ({ pid, name, sid, tty }: Process): string =>
  `${printable(name)} ${pid}${sid === pid ? " (leads its session)" : ""}${tty === null ? "" : ` ${tty}`}`;
