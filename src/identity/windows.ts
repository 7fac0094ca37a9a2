import type { Console, Facts, Process, WindowsFacts } from "../facts/facts.ts";
import { isYounger, type Lineage, lineage } from "./lineage.ts";
import type { Notes, Terminal } from "./terminal.ts";
import {
  isInteractiveWindowsShell,
  isSameProgram,
  isWindowsBoundary,
  isWindowsTerminalProgram,
  isWindowsWrapper,
} from "./windows-programs.ts";

/** A console with its root, and whether its window is one that people see. */
interface Found extends Terminal {
  readonly console: Pick<Console, "visible">;
}

/** More consoles than anybody nests in one another. */
const MAX_CONSOLES = 32;

/** Windows and a chain on it, as the rules below look at them. */
interface Scene {
  readonly facts: Facts;
  readonly windows: WindowsFacts;
  readonly notes: Notes;
}

/**
 * The console that we belong to, in place of a controlling terminal. A console without a window is a background
 * program's (`CREATE_NO_WINDOW`), one that was made for a single command belongs to the console of its maker; both
 * are passed through, outward.
 *
 * @param chain ourselves and our ancestors
 * @returns undefined where no console with a window is above us, or nobody but ourselves is in it
 */
export function findConsole(
  facts: Facts,
  windows: WindowsFacts,
  chain: Lineage,
  notes: Notes,
): Terminal | undefined {
  const scene = { facts, windows, notes };
  let found = ownConsole(scene, chain) ?? nextConsole(scene, chain.slice(1));
  // Real chains end by themselves, every turn being further out; a forged table might lead round in a ring.
  for (let turns = 0; found !== undefined && turns < MAX_CONSOLES; turns++) {
    const outer: Found | undefined = outerConsole(scene, found);
    if (outer === undefined) break;
    notes[found.anchor.pid] = "its console was made for one command; going on outward";
    found = outer;
  }
  return found?.anchor.pid === facts.self ? undefined : found;
}

/** The console that this one belongs to, if it was made for one command. */
const outerConsole = (scene: Scene, found: Found): Found | undefined =>
  isMadeForOne(scene, found) ? nextConsole(scene, found.outward.slice(1)) : undefined;

function ownConsole(scene: Scene, chain: Lineage): Found | undefined {
  const { console } = scene.windows;
  const self = chain[0];
  if (self === undefined || !console.ok) return undefined;
  if (!console.value.window) scene.notes[self.pid] = "its console has no window";
  return console.value.window ? rootOf(scene, console.value, chain) : undefined;
}

/** The console of the nearest process that has one with a window. Beyond a boundary begins somebody else's. */
function nextConsole(scene: Scene, outward: Lineage): Found | undefined {
  const { windows, notes } = scene;
  if (!windows.leaving.ok) return likelyConsole(scene, outward);
  for (const process of outward) {
    if (isWindowsBoundary(process.name)) return undefined;
    const console = windows.consoleOf(process.pid);
    if (console.ok && console.value.window) return rootOf(scene, console.value, outward);
    if (console.ok) notes[process.pid] = "its console has no window";
  }
  return undefined;
}

/**
 * Where our own console cannot be left to look at others: the outermost shell that somebody types at, below the
 * first program that opens terminals.
 */
function likelyConsole({ facts, windows, notes }: Scene, outward: Lineage): Found | undefined {
  let likely = -1;
  for (const [at, process] of outward.entries()) {
    if (isWindowsTerminalProgram(process.name) || isWindowsBoundary(process.name)) break;
    if (isInteractiveWindowsShell(facts, process)) likely = at;
  }
  const anchor = outward[likely];
  if (anchor === undefined) return undefined;
  const why = windows.leaving.ok ? "" : ` (${windows.leaving.why})`;
  notes[anchor.pid] = `taken for the terminal's shell: its console could not be looked at${why}`;
  return { tty: CONSOLE, anchor, outward: outward.slice(likely), standIn: false, console: { visible: true } };
}

const CONSOLE = "console";

/**
 * A console is known by the outermost process of the chain attached to it. Where the chain breaks off inside of it,
 * a parent being gone (an orphan, a program that MSYS replaced), by the oldest that is still attached.
 */
function rootOf({ facts, notes }: Scene, console: Console, chain: Lineage): Found | undefined {
  let root = -1;
  for (const [at, { pid }] of chain.entries()) if (console.pids.includes(pid)) root = at;
  const anchor = chain[root];
  if (anchor === undefined) return undefined;
  const oldest = root === chain.length - 1 ? oldestOf(facts, console.pids, anchor) : anchor;
  if (oldest === anchor) return { tty: CONSOLE, anchor, outward: chain.slice(root), standIn: false, console };
  notes[anchor.pid] = `its parent is gone; process ${oldest.pid} is the oldest in its console`;
  return { tty: CONSOLE, anchor: oldest, outward: lineage(facts, oldest.pid), standIn: false, console };
}

function oldestOf(facts: Facts, pids: readonly number[], than: Process): Process {
  let oldest = than;
  for (const pid of pids) {
    const process = facts.process(pid);
    if (process.ok && isYounger(oldest, process.value)) oldest = process.value;
  }
  return oldest;
}

/** Whether nobody types in a console: its root is no interactive shell, and no program for terminals opened it. */
function isMadeForOne({ facts, windows }: Scene, { anchor, outward, console }: Found): boolean {
  const maker = outward[1];
  if (maker === undefined || isWindowsTerminalProgram(maker.name)) return false;
  if (anchor.pid === facts.self) return true;
  if (isInteractiveWindowsShell(facts, anchor)) return false;
  // Whoever has a console asked for this window (`start`); for a program of one who has none Windows opens it unasked.
  return !console.visible || (windows.leaving.ok && !windows.consoleOf(maker.pid).ok);
}

/**
 * What stands for us without a console (a service, a scheduled task, a GUI program's own child): the outermost
 * process below whoever starts unrelated programs. Wrappers, ourselves and a shim of our name are gone after one
 * call.
 */
export function findWindowsJob(chain: Lineage): Process | undefined {
  const self = chain[0];
  let job: Process | undefined;
  for (const process of chain.slice(1)) {
    if (isWindowsBoundary(process.name)) break;
    const passing = isWindowsWrapper(process.name) || isSameProgram(process.name, self?.name ?? "");
    if (!passing) job = process;
  }
  return job;
}
