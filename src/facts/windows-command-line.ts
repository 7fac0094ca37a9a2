import { known, type Reading, unknown } from "./facts.ts";
import { decodeUtf16 } from "./utf16.ts";

/*
 * Where a 64-bit process keeps its command line (winternl.h, and the layout that every debugger relies on; a 32-bit
 * process on 64-bit Windows has a 64-bit PEB as well, with the same text in it).
 */

/** `PROCESS_BASIC_INFORMATION`: 48 bytes, the PEB's address at 8. */
export const BASIC_INFORMATION = { size: 48, peb: 8 } as const;
/** `PEB`: the address of its process parameters at 0x20. */
export const PEB_PARAMETERS = 0x20;
/** `RTL_USER_PROCESS_PARAMETERS`: the command line, a UNICODE_STRING, at 0x70. */
export const PARAMETERS_COMMAND_LINE = 0x70;
/** `UNICODE_STRING`: length and capacity in bytes (16 bits each), the text's address at 8. */
export const UNICODE_STRING = { size: 16, address: 8 } as const;

/** An address inside of another process. @returns unknown for null, and beyond what user space reaches */
export function parseAddress(bytes: Uint8Array, at: number): Reading<bigint> {
  if (at + 8 > bytes.length) return unknown(`an address at ${at} of ${bytes.length} bytes`);
  const address = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(at, true);
  return address === 0n || address >= 1n << 63n ? unknown("no address") : known(address);
}

/** Where a text stands, and how many bytes it has. */
export function parseUnicodeString(bytes: Uint8Array): Reading<{ address: bigint; length: number }> {
  if (bytes.length < UNICODE_STRING.size) return unknown(`a string record of ${bytes.length} bytes`);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = data.getUint16(0, true);
  if (length % 2 !== 0) return unknown(`a string of ${length} bytes, an odd number`);
  if (length > data.getUint16(2, true)) {
    return unknown(`a string of ${length} bytes, more than its buffer holds`);
  }
  const address = parseAddress(bytes, UNICODE_STRING.address);
  return address.ok ? known({ address: address.value, length }) : address;
}

export const parseCommandLine = (bytes: Uint8Array): readonly string[] =>
  splitCommandLine(decodeUtf16(bytes));

/**
 * Cut a command line into arguments, as the C runtime does ("Parsing C command-line arguments" of Microsoft's C
 * reference): the program's name ends at its quote or at a space; then `2n` backslashes and a quote are n
 * backslashes and the quote's meaning, one more makes the quote a character, and `""` inside quotes is one quote.
 */
export function splitCommandLine(line: string): readonly string[] {
  const program = /^[ \t]*(?:"([^"]*)"?|([^ \t]*))/.exec(line);
  const name = program?.[1] ?? program?.[2] ?? "";
  return [name, ...splitArguments(line.slice(program?.[0].length ?? 0))];
}

function splitArguments(text: string): string[] {
  const found: string[] = [];
  let argument: string | undefined;
  let quoted = false;
  let closed = false;
  for (const [piece, slashes, quote] of text.matchAll(/(\\*)(")|\\+|[^\\"]/gs)) {
    if (quote === undefined) {
      const separates = !quoted && (piece === " " || piece === "\t");
      if (separates && argument !== undefined) found.push(argument);
      argument = separates ? undefined : (argument ?? "") + piece;
      closed = false;
      continue;
    }
    const escapes = slashes?.length ?? 0;
    argument = (argument ?? "") + "\\".repeat(escapes >> 1);
    // A quote right behind the closing one makes the pair a character, and the quoted part goes on.
    const literal = escapes % 2 === 1 || (closed && escapes === 0);
    if (literal) argument += '"';
    const toggles = escapes % 2 === 0;
    if (toggles) quoted = !quoted;
    closed = toggles && !quoted;
  }
  return argument === undefined ? found : [...found, argument];
}
