/** The pictures as they are now: drawn from what the binary shows on a machine that is made for it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { resolve } from "node:path";
import { settled } from "./settled.ts";
import { SCENES } from "./scenes.ts";
import { svgOf } from "./svg.ts";
import { screenOf } from "./cells.ts";
import { THEMES } from "./themes.ts";

/**
 * @param berth the binary
 * @returns the text of each file of docs/pictures, by its name
 * @throws Error with what a program said that failed
 */
export async function pictures(berth: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [name, shown] of Object.entries(await stage(resolve(berth)))) {
    const scene = SCENES[name];
    if (scene === undefined) continue;
    const screen = await screenOf(settled(shown), scene.columns, scene.rows);
    for (const [theme, colours] of Object.entries(THEMES)) {
      files.set(`${name}-${theme}.svg`, svgOf(screen, colours, scene.about));
    }
  }
  return files;
}

/** Root needs no user namespace for the others. */
const ALONE = [
  "unshare",
  ...process.getuid?.() === 0 ? [] : ["--map-root-user"],
  "--mount",
  "--pid",
  "--fork",
  "--mount-proc",
];

/** What stood on the screen of each scene. */
async function stage(berth: string): Promise<Record<string, string>> {
  // A path of always the same length: it stands on the command line of a process.
  const directory = mkdtempSync("/tmp/berth-pictures-");
  try {
    mkdirSync(`${directory}/bin`);
    symlinkSync(berth, `${directory}/bin/berth`);
    symlinkSync(Bun.which("bash") ?? "/bin/bash", `${directory}/bin/init`);
    // The shell stays PID 1, and buries whoever is left to it.
    const script = 'mount -t tmpfs tmpfs /srv && mount -t tmpfs tmpfs /dev/shm && "$@"; exit $?';
    const play = [process.execPath, resolve(import.meta.dir, "stage.ts"), directory];
    const child = Bun.spawn([...ALONE, `${directory}/bin/init`, "-c", script, "init", ...play], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    const said = await new Response(child.stderr).text();
    if (await child.exited !== 0) throw new Error(`The pictures cannot be drawn here: ${said}`);
    return JSON.parse(readFileSync(`${directory}/shown.json`, "utf8"));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
