import { fail } from "../../errors/errors.ts";
import { MAX_BYTES } from "../../store/backend.ts";
import { inexactNumber, isDeeper, MAX_DEPTH } from "./exact.ts";

const MAX_KEY = 1000;

/**
 * A key as it may be kept: it stands in lines of `berth get` and `berth keys`.
 *
 * @throws `bad_key`
 */
export function checkedKey(key: string): string {
  if (key === "" || !key.isWellFormed() || key.length > MAX_KEY || hasControls(key)) {
    throw fail("bad_key", { key });
  }
  return key;
}

/** A loop: keys are short, and the first regular expression of a program takes 0.05 ms. */
function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code > 0x7e && code < 0xa0)) return true;
  }
  return false;
}

/**
 * JSON that is kept as it was given. A number that JavaScript cannot hold exactly would silently become another.
 *
 * @throws `bad_json`
 */
export function parseValue(text: string): unknown {
  const why = whyNot(text);
  if (why !== null) throw fail("bad_json", { value: text, why });
  // Without a reviver, which drops a member called `__proto__`.
  return JSON.parse(text);
}

function whyNot(text: string): string | null {
  if (isDeeper(text, MAX_DEPTH)) return `it is nested deeper than ${MAX_DEPTH}`;
  try {
    JSON.parse(text);
  } catch {
    return "it is no JSON";
  }
  const inexact = inexactNumber(text);
  return inexact === undefined ? null : `the number ${inexact} would not stay exact; give it as a string`;
}

/** A value on one line for people: text as it is unless it would break the line, anything else as JSON. */
export function onOneLine(value: unknown): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return typeof value === "string" && !/[\u0000-\u001f\u007f-\u009f]/.test(value)
    ? value
    : JSON.stringify(value);
}

/** All of standard input as text, at most what a record may hold. */
export async function readInput(): Promise<string> {
  const { readSync } = await import("node:fs");
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size <= MAX_BYTES) {
    const part = new Uint8Array(1 << 16);
    const got = await readPart(readSync, part);
    if (got === 0) break;
    parts.push(part.subarray(0, got));
    size += got;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return decodeText(bytes);
}

async function readPart(readSync: (fd: number, to: Uint8Array) => number, part: Uint8Array): Promise<number> {
  for (;;) {
    try {
      return readSync(0, part);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : "";
      // Windows says so at the end of a pipe.
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw fail("read_failed", { what: "standard input", why: String(code) }, error);
      // Somebody made the terminal or pipe non-blocking, and nothing has come yet.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw fail("read_failed", { what: "standard input", why: "It is no UTF-8 text" }, error);
  }
}
