/**
 * Glob patterns: `*`, `?`, `[a-z]`, `[!a-z]`, `{a,b}`, `**` for any depth, `\` before a character that is meant
 * itself. A name that begins with a dot is matched only by a pattern that does. Matching takes time proportional
 * to pattern × name: there is no pattern that makes it slow, as there are regular expressions.
 */
import { fail } from "../../errors/errors.ts";

/** Alternatives that one pattern may unfold to: `{a,b}{c,d}` are four. */
const MAX_ALTERNATIVES = 256;

type Token =
  | { readonly kind: "any" }
  | { readonly kind: "one" }
  | { readonly kind: "char"; readonly char: string }
  | {
    readonly kind: "set";
    readonly negated: boolean;
    readonly ranges: readonly (readonly [string, string])[];
  };

/** What one name must match, or `**`: any number of names. */
export type Segment = "**" | readonly Token[];

/** The end of the brace that opens at `start`, and the commas on its own level; null when it is never closed. */
function braceAt(pattern: string, start: number): { end: number; cuts: number[] } | null {
  const cuts: number[] = [];
  let depth = 0;
  for (let i = start; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === "\\") i++;
    else if (char === "{") depth++;
    else if (char === "," && depth === 1) cuts.push(i);
    else if (char === "}" && --depth === 0) return { end: i, cuts };
  }
  return null;
}

function firstBrace(pattern: string): number {
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === "\\") i++;
    else if (pattern[i] === "{") return i;
  }
  return -1;
}

/** Write `a{b,c}` out as `ab` and `ac`. */
function unfold(pattern: string, found: string[], given: string): void {
  const start = firstBrace(pattern);
  const brace = start < 0 ? null : braceAt(pattern, start);
  if (brace === null) {
    if (found.push(pattern) > MAX_ALTERNATIVES) {
      throw invalid(given, `it has more than ${MAX_ALTERNATIVES} alternatives`);
    }
    return;
  }
  const bounds = [start, ...brace.cuts, brace.end];
  for (let i = 0; i + 1 < bounds.length; i++) {
    const middle = pattern.slice((bounds[i] ?? 0) + 1, bounds[i + 1]);
    unfold(pattern.slice(0, start) + middle + pattern.slice(brace.end + 1), found, given);
  }
}

const invalid = (pattern: string, why: string) => fail("invalid_path", { path: pattern, why });

/** Read `[…]` from its first character on; the token and the index behind the bracket, null when it never closes. */
function readSet(chars: readonly string[], start: number): { token: Token; next: number } | null {
  const negated = chars[start] === "!" || chars[start] === "^";
  const first = negated ? start + 1 : start;
  const end = chars.indexOf("]", first + 1);
  if (end < 0) return null;
  const ranges: [string, string][] = [];
  for (let i = first; i < end; i++) {
    const low = chars[i] ?? "";
    const isRange = chars[i + 1] === "-" && i + 2 < end;
    ranges.push([low, isRange ? chars[i + 2] ?? low : low]);
    if (isRange) i += 2;
  }
  return { token: { kind: "set", negated, ranges }, next: end + 1 };
}

function tokenAt(chars: readonly string[], i: number): { token: Token; next: number } {
  const char = chars[i] ?? "";
  if (char === "*") return { token: { kind: "any" }, next: i + 1 };
  if (char === "?") return { token: { kind: "one" }, next: i + 1 };
  if (char === "\\" && i + 1 < chars.length) {
    return { token: { kind: "char", char: chars[i + 1] ?? "" }, next: i + 2 };
  }
  const set = char === "[" ? readSet(chars, i + 1) : null;
  return set ?? { token: { kind: "char", char }, next: i + 1 };
}

function compileSegment(text: string): Segment {
  if (text === "**") return "**";
  const chars = [...text];
  const tokens: Token[] = [];
  for (let i = 0; i < chars.length;) {
    const { token, next } = tokenAt(chars, i);
    tokens.push(token);
    i = next;
  }
  return tokens;
}

/**
 * Compile a pattern, relative to the directory that is searched.
 *
 * @returns its alternatives, each a list of segments
 * @throws `invalid_path` for an empty or absolute pattern, `path_escapes_boundary` for one with `..`
 */
export function compile(pattern: string): Segment[][] {
  if (pattern === "" || pattern.includes("\0")) throw invalid(pattern, "it is no pattern");
  if (pattern.length > 4096) throw invalid(pattern, "it is longer than 4096 characters");
  const alternatives: string[] = [];
  unfold(pattern, alternatives, pattern);
  return alternatives.map((alternative) => {
    if (alternative.startsWith("/")) {
      throw fail("path_outside_boundary", { path: pattern, root: "the directory searched" });
    }
    const names = alternative.split("/").filter((name) => name !== "" && name !== ".");
    if (names.includes("..")) throw fail("path_escapes_boundary", { path: pattern });
    return names.map(compileSegment);
  });
}

function matchesToken(token: Token, char: string): boolean {
  if (token.kind === "char") return token.char === char;
  if (token.kind !== "set") return true;
  return token.ranges.some(([low, high]) => low <= char && char <= high) !== token.negated;
}

/** Whether a name matches a segment. One `*` is remembered at a time, so the work is pattern × name at most. */
export function matchesName(tokens: readonly Token[], name: string): boolean {
  const first = tokens[0];
  if (name.startsWith(".") && !(first?.kind === "char" && first.char === ".")) return false;
  const chars = [...name];
  let t = 0, c = 0, star = -1, resume = 0;
  while (c < chars.length) {
    const token = tokens[t];
    if (token?.kind === "any") (star = t++, resume = c);
    else if (token && matchesToken(token, chars[c] ?? "")) (t++, c++);
    else if (star >= 0) (t = star + 1, c = ++resume);
    else return false;
  }
  return tokens.slice(t).every((token) => token.kind === "any");
}
