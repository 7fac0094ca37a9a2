/** How long it takes to see what is mounted and who is at work in a worktree, rows of `npm run bench`. */
import { join } from "node:path";
import { compile } from "./build.ts";
import { median } from "./measure.ts";
import { ownTarget } from "./targets.ts";

const PROCESSES = 500;
const ROUNDS = 31;
const BUDGET_MS = 5;

/** What the compiled program looks for, once, as `berth destroy` does. It prints milliseconds. */
const program = (source: string): string => `
import { openHost } from "${source}/facts/open-host.ts";
import { pidsNow, startedSince } from "${source}/facts/pid-order.ts";
import { lookAround } from "${source}/facts/standing.ts";
const [directory = "", then = "", ...marks] = process.argv.slice(2);
const host = await openHost();
if (directory === "now") {
  console.log(JSON.stringify(pidsNow(host)));
  process.exit();
}
const started = performance.now();
const now = marks.length === 0 ? null : pidsNow(host);
const marked = now === null ? null : startedSince(JSON.parse(then), now);
lookAround(host, marked === null ? { directory, marks } : { directory, marks, marked });
console.log(performance.now() - started);
`;

/** @returns whether all looks are within the budget; where there is no /proc nothing is measured */
export async function looks(directory: string): Promise<boolean> {
  if (process.platform !== "linux") return true;
  await Bun.write(join(directory, "look.ts"), program(join(import.meta.dir, "..", "src")));
  const look = join(directory, "look");
  compile(join(directory, "look.ts"), look, ownTarget());
  const ask = (...words: readonly string[]) => Bun.spawnSync([look, ...words]).stdout.toString();
  const others: Bun.Subprocess[] = [];
  const start = () =>
    Array.from({ length: PROCESSES / 2 }, () => Bun.spawn(["sleep", "600"], { stdin: "ignore" }));
  try {
    others.push(...start());
    const between = ask("now");
    others.push(...start());
    const marks = ["BERTH_SESSION=uuid--00000000-0000-4000-8000-000000000000", "BERTH_RUN="];
    const rows = {
      "of a session that ran nothing": [""],
      "of one that ran a command": [ask("now"), ...marks],
      "of one, half of them after it": [between, ...marks],
    };
    return Object.entries(rows).map(([what, words]) => row(what, () => ask(directory, ...words))).every(
      Boolean,
    );
  } finally {
    for (const one of others) one.kill("SIGKILL");
  }
}

function row(what: string, look: () => string): boolean {
  // The first is for the caches.
  look();
  const took = median(Array.from({ length: ROUNDS }, () => Number(look())));
  console.log(
    `${`mounts, processes ${what}`.padEnd(48)} ${took.toFixed(2).padStart(7)} ms` +
      ` with ${PROCESSES} more processes, budget ${BUDGET_MS}${took <= BUDGET_MS ? "" : "  OVER"}`,
  );
  return took <= BUDGET_MS;
}
