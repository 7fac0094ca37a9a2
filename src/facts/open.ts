import type { Facts } from "./facts.ts";
import type { Host } from "./host.ts";
import { linuxFacts } from "./linux.ts";

/** The fastest host that this runtime has. */
export async function openHost(): Promise<Host> {
  // deno-lint-ignore no-process-global -- importing node:process costs every start 0.1 ms
  if ("Bun" in globalThis && process.platform === "linux") return (await import("./host-bun.ts")).bunHost;
  return (await import("./host-node.ts")).nodeHost;
}

/** The reader of this machine. `ahead`: see `linuxFacts`. */
export const openFacts = async (host: Host, ahead = false): Promise<Facts> =>
  (await factsReader(host, ahead))();

/** As `openFacts`, for whoever looks again: every call makes a reader that knows nothing yet. */
export async function factsReader(host: Host, ahead = false): Promise<() => Facts> {
  if (host.system === "win32") {
    const { windowsFacts } = await import("./windows.ts");
    return () => windowsFacts(host);
  }
  if (host.system === "darwin") {
    const { macosFacts } = await import("./macos.ts");
    return () => macosFacts(host);
  }
  return () => linuxFacts(host, ahead);
}
