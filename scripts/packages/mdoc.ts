/** Words and lines as mdoc(7) wants them, so that nothing of a text is taken for a macro, an escape or a dash. */

/** Text on a line of its own. */
export function textLine(line: string): string {
  const escaped = line.trim().replaceAll("\\", "\\e").replaceAll("-", "\\-");
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

/** One argument of a macro: what looks like another macro (two or three letters) or a delimiter is plain text. */
export function argument(word: string): string {
  const escaped = word.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll('"', "\\(dq");
  const guarded = /^[A-Z%][A-Za-z0-9]{1,2}$/.test(word) || /^[.,:;()[\]?!|]/.test(word)
    ? `\\&${escaped}`
    : escaped;
  return /[\s.,:;)\]?!|]/.test(guarded) || guarded === "" ? `"${guarded}"` : guarded;
}

/** Where a sentence ends: the next one begins on a line of its own, as manuals are written. */
export const SENTENCE = /(?<=[\w)"`\u201d-][.?!][)"]?) (?=[A-Z"\u201c])/;

/** Source lines are at most so long, as mandoc(1) wants them. */
const WIDTH = 78;

/** Text as source lines that are filled: broken where a space is, which changes nothing of what is seen. */
export function filledText(text: string, escape = textLine): string {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || escape(`${last} ${word}`).length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map(escape).join("\n");
}

/** Lines as they stand, in a block. */
export const literal = (lines: readonly string[]): string =>
  [".Bd -literal -offset indent", ...lines.map(literalLine), ".Ed"].join("\n");

/** A long one goes on in the next line of the source, and in the same one of what is seen. */
function literalLine(line: string): string {
  const parts = line.trimEnd().match(/.{1,60}/g) ?? [""];
  return parts.map((part) => {
    const escaped = part.replaceAll("\\", "\\e").replaceAll("-", "\\-");
    return /^[.']/.test(escaped) || escaped === "" ? `\\&${escaped}` : escaped;
  }).join("\\c\n");
}

/** Indented lines: a list where each has two columns, else as they stand. */
function indented(lines: readonly string[]): string {
  const rows = lines.map((line) => /^(\S.*?) {2,}(\S.*)$/.exec(line));
  if (rows.some((row) => row === null)) return literal(lines);
  const items = rows.map((row) =>
    `.It ${argument(row?.[1] ?? "")}\n${filledText((row?.[2] ?? "").replace(/ {2,}/g, ": "))}`
  );
  return [".Bl -tag -width Ds", ...items, ".El"].join("\n");
}

/**
 * Paragraphs: lines that are indented stand as they are, empty ones part paragraphs, all else is filled. Sentences
 * begin on lines of their own, as manuals are written.
 */
export function paragraphs(lines: readonly string[]): string {
  const out: string[] = [];
  let block: string[] = [];
  let parted = false;
  const end = () => {
    if (block.length > 0) out.push(indented(block));
    block = [];
  };
  let text: string[] = [];
  const flush = () => {
    const sentences = text.join(" ").split(SENTENCE);
    if (text.length > 0) out.push(...sentences.map((sentence) => filledText(sentence)));
    text = [];
  };
  for (const line of lines) {
    if (/^\s{2,}\S/.test(line)) {
      flush();
      block.push(line.slice(2));
    } else if (line.trim() === "") {
      flush();
      parted = true;
    } else {
      const after = block.length > 0;
      end();
      if ((parted || after) && out.length > 0) out.push(".Pp");
      parted = false;
      text.push(line);
    }
  }
  flush();
  end();
  return out.join("\n");
}

/** An option as help shows it (`-q, --quiet`, `--scope <scope>`), in macros. */
export function optionMacros(flag: string): string {
  const names = flag.split(", ").map((one) => {
    const [name = "", ...values] = one.split(" ");
    const value = values.map((word) => ` Ar ${argument(word.replace(/^[<[]|[>\]]$/g, ""))}`).join("");
    return `Fl ${argument(name.slice(1))}${value}`;
  });
  return names.join(" , ");
}
