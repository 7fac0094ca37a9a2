/** A root with a neighbour that must never be touched, for the tests of confined files. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BerthError } from "../../src/errors/errors.ts";

export const SECRET = "the neighbour's secret";

export interface Field extends Disposable {
  /** Holds `root`, `root-sibling` and `outside`. */
  readonly base: string;
  readonly root: string;
  readonly outside: string;
  /** Everything outside as one string, to see whether anything changed. */
  snapshot(): string;
}

export function makeField(): Field {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "berth-files-")));
  const root = join(base, "root");
  const outside = join(base, "outside");
  for (const directory of [root, outside, join(base, "root-sibling")]) mkdirSync(directory);
  writeFileSync(join(outside, "secret.txt"), SECRET);
  writeFileSync(join(base, "root-sibling", "secret.txt"), SECRET);
  const snapshot = () =>
    readdirSync(outside, { recursive: true }).map(String).sort().map((name) =>
      `${name}=${name.endsWith(".txt") ? readFileSync(join(outside, name), "utf8") : ""}`
    ).join("\n");
  return {
    base,
    root,
    outside,
    snapshot,
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** The code of the failure, or `none`: an operation that went through shows up in the test's message. */
export function codeOf(operation: () => unknown): string {
  try {
    operation();
    return "none";
  } catch (error) {
    return error instanceof BerthError ? error.code : `unexpected: ${error}`;
  }
}
