/**
 * Every crash point: each command that changes something is run once to count its points, and then once for each
 * point and each fault that the call can have. `--tenth` takes every tenth by a seed, which is printed (`--share 0.02`:
 * every fiftieth); `--seed N` takes the same ones again; `--within 300` ends after so many
 * seconds; words choose the commands whose names contain one of them.
 */
import { callOf, type Changing } from "./crash/changing.ts";
import { COMMANDS } from "./crash/commands.ts";
import { gitPointsOf, runWithGit } from "./crash/git.ts";
import { type Call, type Fault, faultsOf, type Met, type Point, pointsOf, runWith } from "./crash/points.ts";
import { checkoutOf, faultsAfter, seen } from "./crash/verdict.ts";
import { type Ended, World } from "./crash/world.ts";

interface Outcome {
  readonly command: string;
  readonly points: number;
  readonly tried: number;
  /** Faults that the run did not come to: it took another way, by another thread's turn. */
  readonly missed: number;
  readonly wrong: readonly string[];
}

/** Which of many, by a seed: a linear congruential generator is even enough for that. */
function chooser(seed: number, share: number): () => boolean {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 < share;
  };
}

/** In an order by a seed, so that where the time is over it is not always the same ones that are left out. */
function shuffled<Item>(items: readonly Item[], seed: number | null): Item[] {
  if (seed === null) return [...items];
  const keyed = items.map((item, at) => ({ item, key: Bun.hash(`${seed} ${at}`) }));
  return keyed.sort((one, other) => one.key < other.key ? -1 : 1).map(({ item }) => item);
}

/** One disturbed run of a command. */
interface Trial {
  readonly what: string;
  /** @returns how the command ended, and what the fault met. @param shift of the point */
  run(world: World, shift: number): Ended & { readonly met: Met };
}

function prove(command: Changing, chosen: () => boolean, isOver: () => boolean): Outcome {
  using world = new World();
  world.prepare(command.prepare ?? (() => {}));
  const call = callOf(command, world);
  const reset = () => {
    world.reset();
    command.begin?.(world);
  };
  const [before, checkout] = [seen(command, world), checkoutOf(world)];
  reset();
  const { points, ended } = pointsOf(world, call);
  if (ended.status !== 0) throw new Error(`${command.name} ended with ${ended.status}: ${ended.err}`);
  const expected = { before, after: seen(command, world), checkout, checkoutAfter: checkoutOf(world) };
  if (before === expected.after && command.same !== true) {
    throw new Error(`${command.name}: what it changes is not seen`);
  }
  const own = points.flatMap((point) => faultsOf(point).map((fault) => trialOf(call, point, fault)));
  const all = command.git === true ? [...own, ...gitTrials(world, call)] : own;
  const wrong: string[] = [];
  let [tried, missed] = [0, 0];
  for (const trial of all.filter(chosen)) {
    if (isOver()) break;
    tried++;
    const result = triedAround(trial, world, reset);
    if (result.met !== "point") missed++;
    // A file that cannot be found when it is read is gone for the command, and so it should be.
    if (result.met === "reading") continue;
    const found = faultsAfter(command, world, result, expected);
    if (found.length > 0) {
      wrong.push([trial.what, ...found.map((one) => `  ${one.slice(0, 600)}`)].join("\n      "));
    }
  }
  return { command: command.name, points: points.length, tried, missed, wrong };
}

/**
 * How far the point may be from where it was: the runtime reads how much memory it has, once more or once less from run
 * to run, and then another call has the point's number.
 */
const SHIFTS = [0, 1, -1, 2, -2, 3, -3];

function triedAround(trial: Trial, world: World, reset: () => void): ReturnType<Trial["run"]> {
  for (const [at, shift] of SHIFTS.entries()) {
    reset();
    const result = trial.run(world, shift);
    if (result.met === "point" || at === SHIFTS.length - 1) return result;
  }
  throw new Error("nothing was tried");
}

const trialOf = (call: Call, point: Point, fault: Fault): Trial => ({
  what: `${fault} at ${point.call} ${point.at}: ${point.line.slice(0, 160)}`,
  run: (world, shift) => runWith(world, call, { ...point, at: Math.max(1, point.at + shift) }, fault),
});

function gitTrials(world: World, call: Call): Trial[] {
  world.reset();
  return gitPointsOf(world, call).points.map((point) => ({
    what: `git's call ${point.at} killed: ${point.how}`,
    run: (here) => ({ ...runWithGit(here, call, point), met: "point" as const }),
  }));
}

function main(words: readonly string[]): void {
  const number = (name: string) => words.includes(name) ? Number(words[words.indexOf(name) + 1]) : undefined;
  const seed = number("--seed") ?? Math.floor(Math.random() * 2 ** 31);
  const share = number("--share") ?? (words.includes("--tenth") ? 0.1 : 1);
  const names = words.filter((word, at) =>
    !word.startsWith("--") && !["--seed", "--share", "--within"].includes(words[at - 1] ?? "")
  );
  const commands = COMMANDS.filter(({ name }) =>
    names.length === 0 || names.some((word) => name.includes(word))
  );
  const chosen = share === 1 ? () => true : chooser(seed, share);
  console.log(
    `${"command".padEnd(26)} ${"points".padStart(6)} ${"faults".padStart(6)} ${"missed".padStart(6)}  wrong`,
  );
  const end = performance.now() + (number("--within") ?? Infinity) * 1000;
  const isOver = () => performance.now() > end;
  let [tried, wrong, through] = [0, 0, 0];
  for (const command of shuffled(commands, share === 1 ? null : seed)) {
    if (isOver()) break;
    const outcome = prove(command, chosen, isOver);
    through++;
    tried += outcome.tried;
    wrong += outcome.wrong.length;
    console.log(
      `${outcome.command.padEnd(26)} ${String(outcome.points).padStart(6)} ${
        String(outcome.tried).padStart(6)
      } ` +
        `${String(outcome.missed).padStart(6)}  ${outcome.wrong.length}`,
    );
    for (const one of outcome.wrong) console.log(`    ${one}`);
  }
  console.log(`${tried} faults, ${wrong} wrong${share === 1 ? "" : ` (share ${share}, seed ${seed})`}`);
  if (isOver()) console.log(`the time was over with ${through} of ${commands.length} commands`);
  process.exit(wrong === 0 && tried > 0 ? 0 : 1);
}

main(process.argv.slice(2));
