import type { Host } from "./host.ts";

/** The fastest host that this runtime has. */
export async function openHost(): Promise<Host> {
  // deno-lint-ignore no-process-global -- importing node:process costs every start 0.1 ms
  if ("Bun" in globalThis && process.platform === "linux") {
    const { bunHost } = await import("./host-bun.ts");
    if (bunHost !== null) return bunHost;
  }
  return (await import("./host-node.ts")).nodeHost;
}
