/**
 * A value as it stands in a message: quoted, at most `longest` characters, with everything escaped that a terminal would
 * obey or that would turn the text round: control characters, and those that are invisible or set a direction.
 */
export function quote(value: string, longest = 80): string {
  const shown = value.length > longest ? `${value.slice(0, longest - 3)}...` : value;
  const quoted = JSON.stringify(shown);
  // Nearly every lock has a value in its name: a regular expression takes 0.1 ms when it is first used.
  return isPlain(quoted)
    ? quoted
    : quoted.replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, escaped);
}

function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) > 0x7e) return false;
  }
  return true;
}

/** Characters that a terminal obeys or that are invisible or turn text round; lines and tabs are none of them. */
const OBEYED =
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text of somebody else's, of several lines perhaps, with everything escaped that a terminal would obey. */
export const visible = (text: string): string => text.replace(OBEYED, escaped);

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A path, quoted and whole: people copy it from the message. */
export const quotePath = (path: string): string => quote(path, 8192);

/** The hint that names the nearest word, else another one. */
export const nearest = (near: string | undefined, otherwise: string): string =>
  near === undefined ? otherwise : `Did you mean "${near}"?`;

/** How a command is called; the one of `berth` alone has no name. */
export const called = (...words: readonly string[]): string => ["berth", ...words].join(" ").trimEnd();

/** Up to five paths, and how many there are beside. */
export function some(paths: readonly string[], most = 5): string {
  const shown = paths.slice(0, most).map(quotePath).join(", ");
  return paths.length > most ? `${shown} and ${paths.length - most} more` : shown;
}

/** A path as it is typed in a shell, quoted where it has to be. */
export const shellWord = (path: string): string =>
  /^[A-Za-z0-9_\/.:@%+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;

/** Five of them at most, as they are, and how many more there are. */
export const fewOf = (things: readonly string[]): string =>
  things.slice(0, 5).join(", ") + (things.length > 5 ? ` and ${things.length - 5} more` : "");
