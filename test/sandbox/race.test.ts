/** A directory is swapped for a link to the outside by a second process while this one works below it. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BerthError } from "../../src/errors/errors.ts";
import {
  type Confinement,
  deleteFile,
  mkdirP,
  projectRoot,
  readFile,
  writeFile,
} from "../../src/sandbox/files.ts";
import { type Field, makeField, SECRET } from "../support/field.ts";

setDefaultTimeout(60_000);

const TRIES = 10_000;
const ATTACK = new TextEncoder().encode("attack");

async function startSwapper(field: Field): Promise<AsyncDisposable> {
  const names = [join(field.root, "swap"), join(field.root, "link")];
  const swapper = Bun.spawn([process.execPath, join(import.meta.dir, "../support/swapper.ts"), ...names], {
    stdout: "pipe",
  });
  const { value } = await swapper.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toBe("ready\n");
  const stop = async () => {
    swapper.kill("SIGKILL");
    await swapper.exited;
  };
  return { [Symbol.asyncDispose]: stop };
}

/** How often an operation went through, and how often each code refused it. */
function tally(operation: (i: number) => void): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < TRIES; i++) {
    let outcome = "through";
    try {
      operation(i);
    } catch (error) {
      if (!(error instanceof BerthError)) throw error;
      if (error.code.endsWith("_failed")) throw error;
      outcome = error.code;
    }
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return counts;
}

function prepare(): Field {
  const field = makeField();
  mkdirSync(join(field.root, "swap"));
  writeFileSync(join(field.root, "swap/secret.txt"), "mine");
  symlinkSync(field.outside, join(field.root, "link"));
  return field;
}

const KNOWN = ["through", "symlink_escapes_boundary", "not_found", "is_directory", "not_directory"];

for (const confinement of ["openat2", "descriptors", "paths"] satisfies Confinement[]) {
  test(`${TRIES} reads while the directory is swapped, confined by ${confinement}`, async () => {
    using field = prepare();
    using root = await projectRoot(field.root, confinement);
    await using _swapper = await startSwapper(field);
    const counts = tally(() => {
      expect(new TextDecoder().decode(readFile(root, "swap/secret.txt").bytes)).toBe("mine");
    });
    // Both sides of the race were seen, or it was none.
    expect(counts.get("through")).toBeGreaterThan(0);
    expect(counts.get("symlink_escapes_boundary")).toBeGreaterThan(0);
    expect(KNOWN).toEqual(expect.arrayContaining([...counts.keys()]));
  });

  test(`${TRIES} writes, directories and deletions while it is swapped, confined by ${confinement}`, async () => {
    using field = prepare();
    const before = field.snapshot();
    using root = await projectRoot(field.root, confinement);
    await using _swapper = await startSwapper(field);
    const counts = tally((i) => {
      if (i % 10 === 0) writeFile(root, "swap/secret.txt", ATTACK);
      else if (i % 3 === 0) mkdirP(root, `swap/d${i % 7}/e`);
      else deleteFile(root, i % 2 === 0 ? "swap/secret.txt" : "swap/none.txt");
    });
    expect(counts.get("through")).toBeGreaterThan(0);
    expect(counts.get("symlink_escapes_boundary")).toBeGreaterThan(0);
    expect(KNOWN).toEqual(expect.arrayContaining([...counts.keys()]));
    expect(field.snapshot()).toBe(before);
    expect(readdirSync(field.outside)).toEqual(["secret.txt"]);
    expect(before).toContain(SECRET);
  });
}
