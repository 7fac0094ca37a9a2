import { readFileSync } from "node:fs";
import { check, pipe, regex, string } from "valibot";
import { fail, quote } from "../../errors/errors.ts";
import { MIN_MEMORY } from "../../sandbox/lua.ts";
import type { SessionScript } from "../../sandbox/session.ts";
import { readInput } from "../say/bytes.ts";
import { type Input, type Option, text } from "../command.ts";

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
const SIZE = /^(\d+)([KMG]?)B?$/i;
const MAX_SOURCE = 10 * 1024 * 1024;
/** Seconds. A timer of the runtime takes no more than 2^31 ms. */
const MAX_SECONDS = 86_400;

function bytesOf(size: string): number {
  const [, count = "", unit = ""] = SIZE.exec(size) ?? [];
  return Number(count) * (UNITS[unit.toUpperCase()] ?? NaN);
}

const seconds = pipe(
  string(),
  regex(/^\d+(\.\d+)?$/),
  check((s) => Number(s) > 0 && Number(s) <= MAX_SECONDS),
);
const size = pipe(string(), regex(SIZE), check((s) => bytesOf(s) >= MIN_MEMORY && bytesOf(s) <= 1024 ** 3));

function sourceOf(file: string): Uint8Array {
  if (file === "-") return readInput(MAX_SOURCE);
  try {
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw fail("read_failed", { what: `script ${quote(file)}`, why }, error);
  }
}

/** The script that was given: code, a file, or standard input. */
export function scriptOf(input: Input, file: string | undefined): Pick<SessionScript, "code" | "file"> {
  const code = text(input, "execute");
  const usage = "lua <session> -e <code>";
  if (code !== undefined && file !== undefined) {
    throw fail("unexpected_argument", { command: "lua", given: file, usage });
  }
  if (code !== undefined) return { code, file: null };
  if (file === undefined) throw fail("missing_argument", { command: "lua", usage: "lua <session> <file>" });
  return { code: sourceOf(file), file: file === "-" ? "stdin" : file };
}

/** The limits that were given; those that were not are the default ones. */
export function limitsOf(input: Input): NonNullable<SessionScript["limits"]> {
  const [time, memory] = [text(input, "timeout"), text(input, "memory")];
  return {
    ...time === undefined ? {} : { time: Number(time) },
    ...memory === undefined ? {} : { memory: bytesOf(memory) },
  };
}

export const LUA_OPTIONS: readonly Option[] = [
  { flag: "-e, --execute <code>", about: "Run this code; an expression gives its value" },
  {
    flag: "--timeout <seconds>",
    about: "Stop it after so long (default 30)",
    schema: seconds,
    wanted: "seconds, more than 0 and at most 86400",
  },
  {
    flag: "--memory <size>",
    about: "Memory it may hold (default 64MB)",
    schema: size,
    wanted: "a size from 1MB to 1GB",
  },
];
