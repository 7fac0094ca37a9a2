import { readFileSync } from "node:fs";

/** A text of the command line or the environment; as bytes where it is not UTF-8. */
export type Text = string | Uint8Array;

/** What runtimes put in the place of bytes that are not UTF-8. */
const REPLACED = "\uFFFD";

/**
 * Words that our own command line ends in, as they were given to us: runtimes decode arguments, and file names need not
 * be UTF-8. Only on Linux; elsewhere, and for words that are none of ours, they are what they were.
 */
export function rawWords(words: readonly string[]): readonly Text[] {
  if (!words.some((word) => word.includes(REPLACED))) return words;
  const given = entriesOf("/proc/self/cmdline").slice(-words.length);
  return words.map((word, at) => isSame(given[at], word) ? given[at] ?? word : word);
}

/** As `rawWords`, for variables (`NAME=value`) of our own environment. */
export function rawVariables(variables: readonly string[]): readonly Text[] {
  if (!variables.some((variable) => variable.includes(REPLACED))) return variables;
  const given = entriesOf("/proc/self/environ");
  return variables.map((variable) =>
    variable.includes(REPLACED) ? given.find((one) => isSame(one, variable)) ?? variable : variable
  );
}

const isSame = (bytes: Uint8Array | undefined, text: string): boolean =>
  bytes !== undefined && new TextDecoder().decode(bytes) === text;

/** The parts of a file of /proc that each end with a NUL. */
function entriesOf(file: string): Uint8Array[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch {
    return [];
  }
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0, at);
    entries.push(bytes.subarray(at, end < 0 ? bytes.length : end));
    at = end < 0 ? bytes.length : end + 1;
  }
  return entries;
}
