/**
 * The lock file's life and the journalled step as models: spin(1) goes through every order of their steps, and every
 * death between them. `npm run model` checks both, and then models with one fault each, which must be found.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Model {
  readonly file: string;
  /** Faults that can be put in, by their names for the preprocessor: what is left out or turned round. */
  readonly mutants: Readonly<Record<string, string>>;
}

export const MODELS: readonly Model[] = [
  {
    file: "lock.pml",
    mutants: {
      NO_STAT: "the inode is not compared with the path's after the lock is taken",
      UNLOCK_BEFORE_WRITE: "the lock is given back before the write",
      UNLINK_AFTER_UNLOCK: "the file is unlinked after the lock is given back",
    },
  },
  {
    file: "journal.pml",
    mutants: {
      JOURNAL_LATE: "the record is written after branch and worktree",
      FORGET_RECOVERY: "recovery takes the journal out and finishes nothing",
      FORCE_ALWAYS: "git is told to remove what is dirty too",
      LOOK_IN_PLACE: "a worktree is not moved aside before it is looked at and removed by force",
      FORGET_ASIDE: "recovery leaves a worktree where it was moved to",
    },
  },
];

export interface Checked {
  readonly states: number;
  readonly errors: number;
}

/**
 * Go through all states of a model.
 *
 * @param mutant the fault that is put in, none without one
 * @throws Error where spin or the compiler fails, or not all states were seen
 */
export function check(file: string, mutant?: string): Checked {
  const directory = mkdtempSync(join(tmpdir(), "berth-model-"));
  const run = (...command: string[]): string => {
    const done = Bun.spawnSync(command, { cwd: directory, stdout: "pipe", stderr: "pipe" });
    if (!done.success) throw new Error(`${command.join(" ")}: ${done.stdout}${done.stderr}`);
    return done.stdout.toString();
  };
  try {
    const define = mutant === undefined ? [] : [`-D${mutant}`];
    run("spin", ...define, "-a", join(import.meta.dir, "model", file));
    run("gcc", "-O2", "-w", "-DSAFETY", "-DCOLLAPSE", "-DMEMLIM=2000", "-o", "pan", "pan.c");
    const out = run("./pan", "-m200000", "-E");
    const errors = Number(/errors: (\d+)/.exec(out)?.[1] ?? NaN);
    const states = Number(/(\d+) states, stored/.exec(out)?.[1] ?? NaN);
    if (
      Number.isNaN(errors + states) ||
      errors === 0 && /search depth too small|Warning: Search not completed/.test(out)
    ) {
      throw new Error(`Not all states of ${file} were seen:\n${out}`);
    }
    return { states, errors };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function main(): void {
  let wrong = 0;
  for (const { file, mutants } of MODELS) {
    const { states, errors } = check(file);
    wrong += errors;
    console.log(
      `${file.padEnd(14)} ${String(states).padStart(9)} states  ${errors === 0 ? "holds" : "FAILS"}`,
    );
    for (const [mutant, what] of Object.entries(mutants)) {
      const found = check(file, mutant).errors > 0;
      wrong += found ? 0 : 1;
      console.log(`  ${mutant.padEnd(20)} ${found ? "found" : "NOT FOUND"}: ${what}`);
    }
  }
  process.exit(wrong === 0 ? 0 : 1);
}

if (import.meta.main) main();
