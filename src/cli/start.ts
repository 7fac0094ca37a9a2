// deno-lint-ignore-file no-process-global -- importing node:process costs every start 0.1 ms
import type { Facts } from "../facts/facts.ts";
import type { Host } from "../facts/host.ts";
import { shortId } from "../identity/id.ts";
import { resolve } from "../identity/resolve.ts";

type OpenFresh = (host: Host, fresh: true) => Facts;

/**
 * Do what our command line says, and leave the exit status for the end.
 *
 * @param fast the fast way to the machine, null where it is closed: then everything goes the plain one
 * @param open makes the reader of this machine, for a program that was started for one question
 * @param threads whether there are threads to be had; called before the whole program is loaded
 */
export function start(
  fast: Host | null,
  open: OpenFresh,
  threads: (host: Host) => boolean = () => true,
): Promise<void> {
  const argv = process.argv.slice(2);
  if (fast !== null && plainId(fast, open, argv)) fast.exit(0);
  return rest(
    fast === null || threads(fast) ? fast : Object.assign(Object.create(fast), { threadless: true }),
    argv,
  );
}

async function rest(fast: Host | null, argv: readonly string[]): Promise<void> {
  const { plainHost, run } = await import("./run.ts");
  const host = fast ?? await plainHost();
  const status = await run(host, argv, resolve);
  // Who wants to hear of the end does (a Lua script still runs for an MCP client that is gone); all else is done.
  if (process.listenerCount("exit") === 0) host.exit(status);
  process.exitCode = status;
}

/**
 * `berth id` without options, which every script calls, and the one call of the shell hooks: no option parser,
 * nothing loaded that they do not need. Whatever is out of the ordinary, a label of the user's among it, is left to
 * the whole program, which says it properly.
 *
 * @returns whether it is done
 */
function plainId(host: Host, open: OpenFresh, argv: readonly string[]): boolean {
  const hook = argv.length === 3 && argv[1] === "--bind" && argv[2] === "--strict";
  if (argv[0] !== "id" || (argv.length !== 1 && !hook)) return false;
  let labelled = false;
  const spell = (label: string) => {
    labelled = true;
    return label;
  };
  try {
    const deps = { sha256: host.sha256, randomUuid: () => crypto.randomUUID(), spell };
    const { id, binding, source, stable } = resolve(open(host, true), { scope: "session" }, deps);
    if (labelled || (hook && !stable)) return false;
    return host.write(
      1,
      hook ? `${id}\n${binding()}\n${shortId(id)}\n${source === "use" ? id : ""}\n` : `${id}\n`,
    ).ok;
  } catch {
    return false;
  }
}
