import { readFileSync } from "node:fs";
import { fail } from "../../errors/errors.ts";

/** What every runtime puts for bytes that are no UTF-8; it may also be what was typed. */
const REPLACED = "\ufffd";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function isText(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The entries of a file under `/proc/self` as they are; none where there is no such file. */
function rawEntries(file: string): Uint8Array[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(`/proc/self/${file}`);
  } catch {
    return [];
  }
  const entries: Uint8Array[] = [];
  for (let from = 0, to; from < bytes.length; from = to + 1) {
    to = bytes.indexOf(0, from);
    if (to < 0) to = bytes.length;
    entries.push(bytes.subarray(from, to));
  }
  return entries;
}

/**
 * Refuse text that the runtime had to change: kept, it would be another value, and two values would be one. Only
 * Linux tells the bytes; elsewhere what was changed is taken for what was typed.
 *
 * @param argv the arguments as the runtime gives them, the last ones of the command line
 * @param ours how many of them, from the first on, are for us and not for a program that we start
 * @param label `BERTH_SESSION`
 * @throws `not_utf8`
 */
export function refuseChanged(argv: readonly string[], ours: number, label: string | undefined): void {
  if (argv.some((argument) => argument.includes(REPLACED))) {
    const raw = rawEntries("cmdline").slice(-argv.length).slice(0, ours);
    const at = raw.findIndex((bytes) => !isText(bytes));
    if (at >= 0) throw fail("not_utf8", { what: "an argument", value: argv[at] ?? "" });
  }
  if (label?.includes(REPLACED)) {
    const variable = rawEntries("environ").find((bytes) =>
      new TextDecoder().decode(bytes.subarray(0, 14)) === "BERTH_SESSION="
    );
    if (variable !== undefined && !isText(variable)) {
      throw fail("not_utf8", { what: "BERTH_SESSION", value: label });
    }
  }
}
