/** Every example of the README that shows what is printed is typed in a terminal, and prints that. */
import { expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { berth, directory, root, run, scratch } from "./support/berth.ts";

interface Example {
  readonly command: string;
  readonly shown: string;
}

/** The `$ ` lines of the blocks marked `console`, each with what stands below it. */
function examples(markdown: string): Example[][] {
  const blocks = [...markdown.matchAll(/^```console\n([^]*?)^```$/gm)].map(([, body = ""]) => body);
  return blocks.map((body) =>
    body.split(/^\$ /m).slice(1).map((entry) => {
      const [command = "", ...shown] = entry.split("\n");
      return { command, shown: shown.join("\n").trimEnd() };
    })
  );
}

/** Hashes differ from place to place. */
const same = (text: string): string => text.replace(/\b[0-9a-f]{64}\b/g, "HASH");

for (const [number, block] of examples(await Bun.file(`${root}/README.md`).text()).entries()) {
  test(`block ${number + 1}: ${block[0]?.command}`, async () => {
    const home = scratch();
    symlinkSync(berth, `${directory(home, "bin")}/berth`);
    // One shell for the block, as somebody would type it, so that it is one session.
    const script = block.map(({ command }) => `${command} 2>&1; echo "<end>"`).join("\n");
    const { stdout } = await run(["bash", "-c", script], {
      env: { HOME: home, PATH: `${home}/bin:${process.env["PATH"]}` },
    });
    const printed = stdout.split("<end>\n").slice(0, -1).map((text) => same(text.trimEnd()));
    expect(printed).toEqual(block.map(({ shown }) => same(shown)));
  });
}
