import type { Facts } from "./facts.ts";
import type { Host } from "./host.ts";
import { linuxFacts } from "./linux.ts";

/** The fastest host that this runtime has. */
export async function openHost(): Promise<Host> {
  // deno-lint-ignore no-process-global -- importing node:process costs every start 0.1 ms
  if ("Bun" in globalThis && process.platform === "linux") return (await import("./host-bun.ts")).bunHost;
  return (await import("./host-node.ts")).nodeHost;
}

/** The reader of this machine. */
export async function openFacts(host: Host): Promise<Facts> {
  if (host.system === "win32") return (await import("./windows.ts")).windowsFacts(host);
  if (host.system === "darwin") return (await import("./macos.ts")).macosFacts(host);
  return linuxFacts(host);
}
