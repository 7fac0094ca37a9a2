import { existsSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { array, object, optional, pipe, regex, safeParse, string } from "valibot";
import { fail } from "../../../errors/errors.ts";

/**
 * What an installer noted: lines of a word and a value, the first of them `berth-receipt 1`. A format that a shell
 * script can write whole.
 */
const Receipt = object({
  /** URL or directory that the release came from. */
  base: pipe(string(), regex(/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)[:/]|\/|[A-Za-z]:[\\/]|\\\\)/)),
  /** The public key of minisign that releases must be signed with. */
  key: optional(pipe(string(), regex(/^[A-Za-z0-9+/]{56}$/))),
  target: pipe(string(), regex(/^[a-z]+-[a-z0-9]+(-musl)?$/)),
  program: string(),
  /** What else was put in place, by absolute paths. */
  files: array(string()),
});

export interface Receipt {
  readonly base: string;
  readonly key?: string | undefined;
  readonly target: string;
  readonly program: string;
  readonly files: readonly string[];
}

const HEAD = "berth-receipt 1";

/** Where the installers keep the receipt of a program: with what belongs to its prefix, else beside it. */
export function receiptPath(program: string): string {
  const directory = dirname(program);
  return basename(directory) === "bin"
    ? join(dirname(directory), "share", "berth", "receipt")
    : join(directory, "berth.receipt");
}

/**
 * The receipt of a program.
 *
 * @param program its path, links resolved
 * @returns undefined where none is there, or it is another program's
 * @throws BerthError `bad_receipt` (7)
 */
export function readReceipt(program: string): Receipt | undefined {
  const file = receiptPath(program);
  if (!existsSync(file)) return undefined;
  const [head, ...lines] = readFileSync(file, "utf8").split(/\r?\n/);
  if (head !== HEAD) throw fail("bad_receipt", { file, why: "it does not begin as one" });
  const rows = lines.filter((line) => line !== "").map((line) => {
    const at = line.indexOf(" ");
    return [line.slice(0, at), line.slice(at + 1)] as const;
  });
  const files = rows.filter(([word]) => word === "file").map(([, value]) => value);
  const parsed = safeParse(Receipt, { ...Object.fromEntries(rows), files });
  if (!parsed.success) {
    const path = parsed.issues[0].path?.[0]?.key;
    throw fail("bad_receipt", { file, why: `its ${String(path)} is not there or cannot be one` });
  }
  return same(parsed.output.program, program) ? parsed.output : undefined;
}

/** Note what is there now, in one step. @throws Error where that cannot be written */
export function writeReceipt({ base, target, program, key, files }: Receipt): void {
  const lines = [HEAD, `base ${base}`, `target ${target}`, `program ${program}`];
  if (key !== undefined) lines.push(`key ${key}`);
  const file = receiptPath(program);
  writeFileSync(`${file}.new`, [...lines, ...files.map((one) => `file ${one}`), ""].join("\n"), {
    mode: 0o644,
  });
  renameSync(`${file}.new`, file);
}

function same(one: string, other: string): boolean {
  try {
    return realpathSync(one) === other;
  } catch {
    return false;
  }
}
