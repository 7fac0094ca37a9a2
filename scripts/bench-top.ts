/** How long a person waits for the first picture of `berth top`, and what it costs while nothing happens. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { median } from "./measure.ts";

const ROUNDS = 15;
const [FEW, MANY] = [20, 1000];
/** How long it is watched while nothing happens, in ms. */
const WATCHED_MS = 10_000;
/** Clock ticks a second, in which the kernel counts the time of processes for programs (proc(5)). */
const TICKS = 100;

type Environment = Readonly<Record<string, string>>;

/** A program on a terminal of its own, until the terminal shows a text, or without one until it ends. */
async function opened(command: readonly string[], env: Environment, shows?: string): Promise<Opened> {
  const started = performance.now();
  let shown = "";
  let seen = () => {};
  const picture = new Promise<void>((resolve) => seen = resolve);
  const child = Bun.spawn([...command], {
    cwd: env["HOME"] ?? "/",
    env,
    terminal: {
      cols: 120,
      rows: 40,
      data(_, bytes) {
        shown += new TextDecoder().decode(bytes);
        if (shows !== undefined && shown.includes(shows)) seen();
      },
    },
  });
  const ended = await Promise.race([picture.then(() => false), child.exited.then(() => true)]);
  if (ended && shows !== undefined) throw new Error(`${command.join(" ")} ended without ${shows}: ${shown}`);
  return { child, ms: performance.now() - started };
}

interface Opened {
  readonly child: Bun.Subprocess;
  readonly ms: number;
}

async function closed({ child, ms }: Opened): Promise<number> {
  child.kill("SIGKILL");
  await child.exited;
  child.terminal?.close();
  return ms;
}

/** A store with so many named sessions. */
function storeOf(berth: string, directory: string, count: number): Environment {
  const store = `${directory}/top-store-${count}`;
  mkdirSync(store);
  const env = { PATH: process.env["PATH"] ?? "", HOME: directory, BERTH_HOME: store, TERM: "xterm-256color" };
  Bun.spawnSync([berth, "set", "key", "value", "--session-id", "model"], { env, cwd: directory });
  const model = JSON.parse(readFileSync(`${store}/sessions/ex--model_93.session.json`, "utf8"));
  for (let number = 0; number < count; number++) {
    const id = `uuid--${String(number).padStart(8, "0")}-0000-4000-8000-000000000000`;
    writeFileSync(
      `${store}/sessions/${id}.session.json`,
      JSON.stringify({ ...model, id, name: `session-${number}` }),
      { mode: 0o600 },
    );
  }
  return env;
}

/** User and system time of a process so far, in seconds. */
function used(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
  return ((fields[11] ?? NaN) + (fields[12] ?? NaN)) / TICKS;
}

/** The share of a core that it takes while nobody does anything. */
async function idleShare(berth: string, env: Environment): Promise<number> {
  const top = await opened([berth, "top"], env, "q quit");
  // What is left of the start is over by then.
  await Bun.sleep(2000);
  const before = used(top.child.pid);
  await Bun.sleep(WATCHED_MS);
  const share = (used(top.child.pid) - before) * 1000 / WATCHED_MS;
  await closed(top);
  return share;
}

/**
 * @param directory where the binaries `berth` and `empty` lie
 * @returns whether all is within the budgets
 */
export async function top(directory: string): Promise<boolean> {
  const [berth, empty] = [`${directory}/berth`, `${directory}/empty`];
  const [few, many] = [storeOf(berth, directory, FEW), storeOf(berth, directory, MANY)];
  const times: Record<"empty" | "few" | "many" | "list", number[]> = {
    empty: [],
    few: [],
    many: [],
    list: [],
  };
  // The first of each is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    const took = {
      empty: await closed(await opened([empty], few)),
      few: await closed(await opened([berth, "top"], few, "q quit")),
      many: await closed(await opened([berth, "top"], many, "q quit")),
      list: await closed(await opened([berth, "list"], many)),
    };
    if (round > 0) {
      for (const name of Object.keys(took) as (keyof typeof took)[]) times[name].push(took[name]);
    }
  }
  const [bare, first] = [median(times.empty), median(times.few)];
  const [whole, list] = [median(times.many), median(times.list)];
  const limit = list + 3 * bare;
  const share = await idleShare(berth, many);
  const line = (what: string, value: string, isKept: boolean) =>
    console.log(`${what.padEnd(40)} ${value}${isKept ? "" : "  OVER"}`);
  line(
    `berth top, first picture of ${FEW}`,
    `${first.toFixed(2).padStart(7)} ms  ${(first / bare).toFixed(2)} x (empty), budget 5`,
    first <= 5 * bare,
  );
  line(
    `berth top, first picture of ${MANY}`,
    `${whole.toFixed(2).padStart(7)} ms, budget ${limit.toFixed(2)} (list + 3 x empty)`,
    whole <= limit,
  );
  line(
    `berth top of ${MANY}, nothing happens`,
    `${(100 * share).toFixed(2).padStart(7)} % of a core, budget 1`,
    share <= 0.01,
  );
  return first <= 5 * bare && whole <= limit && share <= 0.01;
}
