/** Numbers in JSON that JavaScript cannot hold: read and written again they would silently be others. Pure. */

/** How deep arrays and objects may be nested: runtimes write twice of that, and other programs read less. */
export const MAX_DEPTH = 10_000;

const NUMBER = /-?\d[\d.eE+-]*/g;
const PARTS = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** The integer that is spelled, without its sign; null for what is none. */
function integerOf(token: string): bigint | null {
  const [, whole = "", fraction = "", exponent = "0"] = PARTS.exec(token) ?? [];
  const digits = `${whole}${fraction}`.replace(/0+$/, "");
  const zeros = Number(exponent) + whole.length - digits.length;
  return zeros < 0 ? null : BigInt(digits === "" ? "0" : digits + "0".repeat(zeros));
}

/**
 * Whether a number stays what it is. Of a fraction the nearest double is what everybody reads; an integer is another
 * one or is not, and so is what is too small for anything but 0.
 */
function isExact(token: string): boolean {
  const value = Math.abs(Number(token));
  if (!Number.isFinite(value)) return false;
  if (value === 0) return !/[1-9]/.test(token.replace(/[eE].*/, ""));
  return !Number.isInteger(value) || integerOf(token) === BigInt(value);
}

/** Where a string ends, behind its closing quote. */
function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start); at >= 0; at = json.indexOf('"', at + 1)) {
    let from = at;
    while (json[from - 1] === "\\") from--;
    if ((at - from) % 2 === 0) return at + 1;
  }
  return json.length;
}

/** @param json valid JSON, of any depth @returns the first number in it that would not stay exact */
export function inexactNumber(json: string): string | undefined {
  for (let at = 0; at < json.length;) {
    const quote = json.indexOf('"', at);
    const between = json.slice(at, quote < 0 ? json.length : quote);
    const inexact = between.match(NUMBER)?.find((token) => !isExact(token));
    if (inexact !== undefined || quote < 0) return inexact;
    at = endOfString(json, quote + 1);
  }
  return undefined;
}

/** Whether arrays and objects are nested deeper than that. @param json JSON, valid or not */
export function isDeeper(json: string, most: number): boolean {
  // Nothing is that deep without as many brackets.
  if (json.length <= most) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '"') at = endOfString(json, at + 1) - 1;
    else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth--;
    if (depth > most) return true;
  }
  return false;
}
