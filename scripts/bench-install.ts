/** What it takes to have berth from npm: what is fetched, how long until the first answer, what the launcher costs. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { NPM } from "../src/native/names.ts";
import { measure, median } from "./measure.ts";
import { packages, sourceOf } from "./packages.ts";
import { npmCommand } from "./packages/npm-command.ts";
import { newNode, openRegistry, type Registry } from "./registry.ts";
import { release } from "./release.ts";
import { ownTarget } from "./targets.ts";

const INSTALLATIONS = 5;
const LAUNCHER_BUDGET = 1.3;
const DOWNLOAD_BUDGET = 60;

/** The packages of this machine, as a release makes them. @returns what all of them weigh, in MB */
async function pack(directory: string): Promise<number> {
  const targets = [ownTarget()];
  await release(targets, `${directory}/release`);
  const options = {
    homepage: "https://berth.invalid/",
    downloads: "https://berth.invalid/download",
    maintainer: { name: "Bench", address: "bench@berth.invalid" },
    targets,
  };
  await packages(sourceOf(options, `${directory}/release`), `${directory}/packages`, [npmCommand]);
  const files = readdirSync(`${directory}/packages`).filter((name) => name.endsWith(".tgz"));
  return files.reduce((sum, name) => sum + statSync(`${directory}/packages/${name}`).size, 0) / 1e6;
}

/** In a process of its own, whose environment lets npm publish there. */
function publishAll(packed: string, { url, userconfig }: Registry): void {
  const script = `await (await import(${JSON.stringify(`${import.meta.dir}/publish.ts`)}))` +
    `.publish(process.argv[1], process.argv[2]);`;
  const done = Bun.spawnSync([process.execPath, "-e", script, packed, url], {
    env: { ...process.env, npm_config_userconfig: userconfig },
    stdout: "ignore",
    stderr: "pipe",
  });
  if (!done.success) throw new Error(`Cannot publish:\n${done.stderr}`);
}

/** Milliseconds from `npm i -g`, with nothing in npm's cache, to the first answer; and of the same for nothing. */
function installations(directory: string, { url }: Registry): { berth: number; nothing: number } {
  const time = (count: number, name: string, first: (prefix: string) => string[]): number => {
    const home = `${directory}/home-${count}`;
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, npm_config_registry: url };
    mkdirSync(home);
    const started = performance.now();
    for (const command of [["npm", "install", "-g", "--prefix", home, name], first(home)]) {
      const done = Bun.spawnSync(command, {
        env,
        cwd: home,
        stdin: "ignore",
        stdout: "ignore",
        stderr: "pipe",
      });
      if (!done.success) throw new Error(`${command.join(" ")}: ${done.stderr}`);
    }
    return performance.now() - started;
  };
  mkdirSync(`${directory}/nothing`);
  writeFileSync(`${directory}/nothing/package.json`, `{ "name": "nothing", "version": "1.0.0" }`);
  const rounds = Array.from({ length: INSTALLATIONS }, (_, round) => ({
    berth: time(round * 2, NPM.command, (prefix) => [`${prefix}/bin/berth`, "id", "--session-id", "x"]),
    nothing: time(round * 2 + 1, `${directory}/nothing`, () => ["true"]),
  }));
  return {
    berth: median(rounds.map(({ berth }) => berth)),
    nothing: median(rounds.map((one) => one.nothing)),
  };
}

/** The launcher, less the program's own time, against a Node that does nothing. */
function launcher(directory: string, node: string, name: string): boolean {
  const prefix = `${directory}/home-0`;
  writeFileSync(`${directory}/empty.cjs`, "");
  const words = ["id", "--session-id", "x"];
  const medians = measure([
    { name: "empty", command: [node, `${directory}/empty.cjs`] },
    { name: "berth", command: [`${directory}/berth`, ...words] },
    { name: "launcher", command: [node, `${prefix}/bin/berth`, ...words] },
  ], 60);
  const of = (one: string) => medians.get(one) ?? NaN;
  const [own, empty] = [of("launcher") - of("berth"), of("empty")];
  const over = own / empty > LAUNCHER_BUDGET;
  console.log(
    `${`launcher on ${name}, less the program`.padEnd(40)} ${own.toFixed(2).padStart(7)} ms  ` +
      `${(own / empty).toFixed(2)} x (empty Node), budget ${LAUNCHER_BUDGET}${over ? "  OVER" : ""}`,
  );
  return !over;
}

/** @param directory with the binary as `berth`; what is made is left in it */
export async function installation(directory: string): Promise<boolean> {
  const size = await pack(directory);
  console.log(
    `${"packages for this machine".padEnd(40)} ${size.toFixed(1).padStart(7)} MB, budget ${DOWNLOAD_BUDGET}`,
  );
  const registry = await openRegistry(`${directory}/registry`);
  try {
    publishAll(`${directory}/packages`, registry);
    const { berth, nothing } = installations(directory, registry);
    console.log(
      `${"npm i -g, then berth id".padEnd(40)} ${berth.toFixed(0).padStart(7)} ms  ` +
        `${(berth / nothing).toFixed(2)} x (npm i -g of an empty package)`,
    );
  } finally {
    registry.end();
  }
  const within = [
    launcher(directory, Bun.which("node") ?? "node", "this Node"),
    launcher(directory, newNode(), "Node 22.15 or later"),
    size <= DOWNLOAD_BUDGET,
  ];
  return within.every(Boolean);
}

if (import.meta.main) process.exit(await installation(process.argv[2] ?? "") ? 0 : 1);
