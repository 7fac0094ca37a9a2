/**
 * The machine that the pictures are of, in namespaces of its own (see `draw.ts`): PID 1 is called init, /srv is empty,
 * and the clock of every program starts at the time that the scene says. What stood on each screen is written to a file.
 */
import { writeFileSync } from "node:fs";
import { SCENES } from "./scenes.ts";
import { play } from "./screen.ts";
import { makeWorld } from "./world.ts";

const [, , directory = ""] = process.argv;
await makeWorld(directory);
const shown: Record<string, string> = {};
for (const [name, scene] of Object.entries(SCENES)) shown[name] = await play(name, scene, directory);
writeFileSync(`${directory}/shown.json`, JSON.stringify(shown));
// Its agents wait for ever; they end with PID 1.
process.exit(0);
