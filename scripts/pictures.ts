/**
 * Draws docs/pictures anew from what the binary shows: `npm run pictures`. Linux, with tmux, faketime and unshare; what a
 * session and its agents do is done by real commands on a machine of its own, so that the same bytes come out each time.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { build } from "./build.ts";
import { pictures } from "./pictures/draw.ts";
import { ownTarget } from "./targets.ts";

const directory = `${import.meta.dir}/../docs/pictures`;
const drawn = await pictures(build(ownTarget(), "dist/berth"));
mkdirSync(directory, { recursive: true });
for (const [name, text] of drawn) {
  writeFileSync(`${directory}/${name}`, text);
  console.log(`docs/pictures/${name}`);
}
