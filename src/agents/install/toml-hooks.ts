import { hookCommand } from "./command.ts";
import { type Installation, Unfit } from "./installation.ts";

export interface TomlHooks {
  readonly agent: string;
  readonly file: Installation["file"];
  readonly events: readonly string[];
}

const BEGIN = "# berth: begin";
const END = "# berth: end";
const BLOCK = new RegExp(`\\n?${BEGIN}\\r?\\n[\\s\\S]*?${END}\\r?\\n`);

/** Hooks in a TOML file as an array of tables, which may be gone on with at its end: one block between two comments. */
export function tomlHooks({ agent, file, events }: TomlHooks): Installation {
  const blockOf = (binary: string, windows: boolean) => {
    const command = JSON.stringify(hookCommand(binary, [agent], windows));
    const tables = events.map((event) => `[[hooks]]\nevent = "${event}"\ncommand = ${command}\n`);
    return `${BEGIN}\n${tables.join("")}${END}\n`;
  };
  return {
    file,
    add(text, binary, windows) {
      const block = blockOf(binary, windows);
      if (text === null || text.trim() === "") return { text: block, spans: null };
      const rest = text.replace(BLOCK, "");
      if (/^\s*hooks\s*=/m.test(rest)) throw new Unfit("hooks is no array of tables");
      const more = `${rest.endsWith("\n") ? "\n" : "\n\n"}${block}`;
      return { text: rest + more, spans: rest === text ? [{ at: rest.length, length: more.length }] : null };
    },
    remove: (text) => text.replace(BLOCK, "") || null,
    has: (text, binary, windows) => text.includes(blockOf(binary, windows)),
  };
}
