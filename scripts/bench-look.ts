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
import { atOrBelow, linuxMounts } from "${source}/facts/mounts.ts";
import { openHost } from "${source}/facts/open-host.ts";
import { processesAt } from "${source}/facts/standing.ts";
const [directory = "", ...marks] = process.argv.slice(2);
const host = await openHost();
const started = performance.now();
const mounts = linuxMounts(host);
if (mounts.ok) atOrBelow(mounts.value, directory);
processesAt(host, { directory, marks });
console.log(performance.now() - started);
`;

/** @returns whether both looks are within the budget; where there is no /proc nothing is measured */
export async function looks(directory: string): Promise<boolean> {
  if (process.platform !== "linux") return true;
  await Bun.write(join(directory, "look.ts"), program(join(import.meta.dir, "..", "src")));
  compile(join(directory, "look.ts"), join(directory, "look"), ownTarget());
  const others = Array.from({ length: PROCESSES }, () => Bun.spawn(["sleep", "600"], { stdin: "ignore" }));
  try {
    const marks = ["BERTH_SESSION=uuid--00000000-0000-4000-8000-000000000000", "BERTH_RUN="];
    const rows = { "of a session that ran nothing": [], "of one that ran a command": marks };
    return Object.entries(rows).map(([what, words]) => row(directory, what, words)).every(Boolean);
  } finally {
    for (const one of others) one.kill("SIGKILL");
  }
}

function row(directory: string, what: string, marks: readonly string[]): boolean {
  const look = () => Bun.spawnSync([join(directory, "look"), directory, ...marks]).stdout.toString();
  // The first is for the caches.
  look();
  const took = median(Array.from({ length: ROUNDS }, () => Number(look())));
  console.log(
    `${`mounts, processes ${what}`.padEnd(40)} ${took.toFixed(2).padStart(7)} ms` +
      ` with ${PROCESSES} more processes, budget ${BUDGET_MS}${took <= BUDGET_MS ? "" : "  OVER"}`,
  );
  return took <= BUDGET_MS;
}
