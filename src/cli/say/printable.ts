const PLAIN = /^[\x20-\x7e]*$/;

/**
 * What a terminal would obey (C0, DEL, C1), what turns the rest of the line round or begins another one (marks of direction,
 * separators), and what has no width. What joins signs to one (emoji, Persian) stays.
 */
const OBEYED =
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** One cell of a table, or another word of somebody else's in a line: a `?` for what a terminal would obey. */
export const printable = (text: string): string => PLAIN.test(text) ? text : text.replace(OBEYED, "?");
