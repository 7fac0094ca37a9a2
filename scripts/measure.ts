/** Times of whole programs, and what they are compared with. */
import { tmpdir } from "node:os";

export const ROUNDS = Number(process.env["BERTH_BENCH_ROUNDS"] ?? 150);

/** One thing that is measured. */
export interface Program {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** What a row of the table compares: the sum of `of` may be at most `budget` times that of `against`. */
export interface Row {
  readonly what: string;
  readonly of: readonly string[];
  readonly against: readonly string[];
  readonly budget: number;
}

/** Milliseconds of one run, with everything that it prints thrown away. */
function once({ command, env, cwd }: Program): number {
  const started = performance.now();
  const done = Bun.spawnSync([...command], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    env: { PATH: process.env["PATH"] ?? "", HOME: tmpdir(), ...env },
    cwd: cwd ?? tmpdir(),
  });
  const took = performance.now() - started;
  if (!done.success) throw new Error(`${command.join(" ")} failed with ${done.exitCode}`);
  return took;
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** The median time of each program by its name; those of one name count together. */
export function measure(programs: readonly Program[], rounds = ROUNDS): Map<string, number> {
  const times = new Map(programs.map(({ name }) => [name, [] as number[]]));
  for (const program of programs) once(program);
  for (let round = 0; round < rounds; round++) {
    for (const program of programs.toSorted(() => Math.random() - 0.5)) {
      times.get(program.name)?.push(once(program));
    }
  }
  return new Map([...times].map(([name, values]) => [name, median(values)]));
}

export function table(medians: Map<string, number>, rows: readonly Row[]): boolean {
  const sum = (names: readonly string[]) =>
    names.reduce((total, name) => total + (medians.get(name) ?? NaN), 0);
  let within = true;
  for (const { what, of, against, budget } of rows) {
    const ratio = sum(of) / sum(against);
    within &&= ratio <= budget;
    console.log(
      `${what.padEnd(40)} ${sum(of).toFixed(2).padStart(7)} ms  ${ratio.toFixed(2)} x (${
        against.join(" + ")
      }),` +
        ` budget ${budget}${ratio <= budget ? "" : "  OVER"}`,
    );
  }
  return within;
}
