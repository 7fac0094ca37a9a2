// deno-lint-ignore-file no-process-global -- importing node:process costs every start 0.1 ms
import type { Host } from "../facts/host.ts";
import { openFacts } from "../facts/open.ts";
import { shortId } from "../identity/id.ts";
import { resolve } from "../identity/resolve.ts";

/** Do what our command line says, and leave the exit status for the end. */
export async function start(host: Host): Promise<void> {
  const argv = process.argv.slice(2);
  process.exitCode = await plainId(host, argv) ?? await (await import("./run.ts")).run(host, argv);
}

/**
 * `berth id` without options, which every script calls, and the one call of the shell hooks: no option parser,
 * nothing loaded that they do not need. Whatever is out of the ordinary, a label of the user's among it, is left to
 * the whole program, which says it properly.
 */
async function plainId(host: Host, argv: readonly string[]): Promise<number | undefined> {
  const hook = argv.length === 3 && argv[1] === "--bind" && argv[2] === "--strict";
  if (argv[0] !== "id" || (argv.length !== 1 && !hook)) return undefined;
  let labelled = false;
  const spell = (label: string) => {
    labelled = true;
    return label;
  };
  try {
    const means = { sha256: host.sha256, randomUuid: () => crypto.randomUUID(), spell };
    const { id, binding, stable } = resolve(await openFacts(host, true), { scope: "session" }, means);
    if (labelled || (hook && !stable)) return undefined;
    return host.write(1, hook ? `${id}\n${binding()}\n${shortId(id)}\n` : `${id}\n`).ok ? 0 : undefined;
  } catch {
    return undefined;
  }
}
