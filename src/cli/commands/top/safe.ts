import { cutTo, widthOf } from "../../say/width.ts";

/**
 * What a terminal would obey (C0, DEL, C1), what has no width or turns text round (marks of direction, joiners without
 * anything to join, separators), and halves of surrogate pairs.
 */
const HOSTILE =
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff]/gu;
const PLAIN = /^[\x20-\x7e]*$/;

/** Text of somebody else's for the screen: a `?` for everything that is no visible character. */
export const safe = (text: string): string => PLAIN.test(text) ? text : text.replace(HOSTILE, "?");

/** Exactly so many columns: cut with `…`, or filled up. */
export function cell(text: string, width: number): string {
  const cut = cutTo(text, width);
  return cut + " ".repeat(Math.max(0, width - widthOf(cut)));
}
