import type { Host } from "../../facts/host.ts";

/** How loud a word of ours is. */
type Level = "debug" | "info" | "warn" | "error";

/** Where our own words go: for people, or an object a line for programs that collect logs. */
export interface OwnWords {
  /** As `Context.say`. */
  readonly say: (text: string) => void;
  /** What is only said with `BERTH_LOG=debug`. Never a value, nor an argument of anybody's. */
  readonly debug: (what: string, details?: Readonly<Record<string, unknown>>) => void;
}

export interface WordsOptions {
  readonly format: string;
  readonly quiet: boolean;
}

/** @param format `json`; else for people */
export function ownWords(host: Host, { format, quiet }: WordsOptions): OwnWords {
  const json = format === "json";
  const write = (text: string) => void host.write(2, text);
  const debugging = host.variables["BERTH_LOG"] === "debug";
  return {
    say(text) {
      if (quiet) return;
      if (json) { for (const line of linesIn(text)) write(logLine(line.level, line.message)); }
      else write(text);
    },
    debug(what, details = {}) {
      if (!debugging) return;
      if (json) return write(logLine("debug", what, details));
      const shown = Object.entries(details).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
      write(`berth: debug: ${what}${shown.join("")}\n`);
    },
  };
}

/** An object on one line, as every log of ours is. */
export const logLine = (
  level: Level,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): string => `${JSON.stringify({ time: new Date().toISOString(), level, message, ...details })}\n`;

/** `berth: warning: it is so` → `it is so`, a warning. Hints go with what they belong to. */
function linesIn(text: string): { level: Level; message: string }[] {
  const whole = text.trimEnd();
  if (whole === "") return [];
  const words = whole.replace(/^berth: /, "");
  const warning = words.startsWith("warning: ");
  return [{ level: warning ? "warn" : "info", message: warning ? words.slice("warning: ".length) : words }];
}
