/**
 * Every power cut: the file operations of one run of each command are replayed into every state that a disk may be left
 * in, and berth opens each. It finds the old document or the new one, never another; once the command was done, the new
 * one alone. `--without N` plays the run without its Nth sync, as a program would leave it that forgot it.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { callOf, type Changing } from "./crash/changing.ts";
import { COMMANDS } from "./crash/commands.ts";
import { seen } from "./crash/verdict.ts";
import { World } from "./crash/world.ts";
import { type Disk, statesOf } from "./powercut/states.ts";
import { type Operation, operationsOf } from "./powercut/trace.ts";

/** What is kept in the store alone, by commands that answer once; what lies beside it is not its; worktrees and branches are git's, which syncs as its user has it configured. */
export const KEPT: readonly Changing[] = COMMANDS.filter(({ git, elsewhere, said }) =>
  git !== true && elsewhere !== true && said === undefined
);

export interface Cut {
  readonly operations: number;
  readonly syncs: number;
  readonly states: number;
  readonly wrong: readonly string[];
}

/**
 * Cut the power at every point of a command.
 *
 * @param without the sync that is left out, from 1; none is without it
 */
export function cut(command: Changing, without?: number): Cut {
  using world = new World();
  world.prepare(command.prepare ?? (() => {}));
  const call = callOf(command, world);
  const before = seen(command, world);
  world.reset();
  command.begin?.(world);
  const disk = diskOf(world.store);
  const { ended, operations } = operationsOf(world, call);
  if (ended.status !== 0) throw new Error(`${command.name} ended with ${ended.status}: ${ended.err}`);
  const after = seen(command, world);
  const syncs = operations.filter(({ kind }) => kind === "sync");
  const played = operations.filter((one) => without === undefined || one !== syncs[without - 1]);
  const wrong: string[] = [];
  let states = 0;
  for (const state of statesOf(disk, [...played, DONE])) {
    states++;
    write(world.store, state.disk);
    const now = outcome(command, world);
    const fine = state.said ? [after] : [before, after];
    if (fine.includes(now) || (!state.said && JSON.stringify(command.between?.(world)) === now)) continue;
    wrong.push(`${state.what}${state.said ? ", done" : ""}: ${now}`);
  }
  return { operations: operations.length, syncs: syncs.length, states, wrong };
}

/** Whoever waits for the command's end may go on. */
const DONE: Operation = { kind: "said" };

function outcome(command: Changing, world: World): string {
  const listed = world.call("list", "--json");
  const isDamaged = command.damaged !== true && /"damaged":\[\{/.test(listed.out);
  if (listed.status !== 0 || isDamaged) return `list: ${listed.out}${listed.err}`;
  if (world.call("get", "--session-id", "keep", "k").out !== "kept\n") return "what was kept before is gone";
  try {
    return seen(command, world);
  } catch (error) {
    return String(error);
  }
}

function diskOf(directory: string): Disk {
  const disk = new Map<string, Uint8Array | null>();
  for (const name of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    const path = join(directory, name);
    disk.set(path, statSync(path).isDirectory() ? null : readFileSync(path));
  }
  return disk;
}

function write(directory: string, disk: Disk): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { mode: 0o700 });
  for (const [path, bytes] of disk) {
    mkdirSync(bytes === null ? path : dirname(path), { recursive: true, mode: 0o700 });
    if (bytes !== null) writeFileSync(path, bytes, { mode: 0o600 });
  }
}

function main(words: readonly string[]): void {
  const at = words.indexOf("--without");
  const without = at < 0 ? undefined : Number(words[at + 1]);
  const names = words.filter((word, index) => !word.startsWith("--") && (at < 0 || index !== at + 1));
  console.log(`${"command".padEnd(20)} operations  syncs  states  wrong`);
  let wrong = 0;
  for (
    const command of KEPT.filter(({ name }) =>
      names.length === 0 || names.some((word) => name.includes(word))
    )
  ) {
    const found = cut(command, without);
    wrong += found.wrong.length;
    const columns = [found.operations, found.syncs, found.states].map((n, column) =>
      String(n).padStart([10, 6, 7][column] ?? 0)
    );
    console.log(`${command.name.padEnd(20)} ${columns.join(" ")}  ${found.wrong.length}`);
    for (const one of found.wrong.slice(0, 20)) console.log(`    ${one.slice(0, 400)}`);
  }
  process.exit(wrong === 0 ? 0 : 1);
}

if (import.meta.main) main(process.argv.slice(2));
