import type { Facts } from "./facts.ts";
import type { Host } from "./host.ts";
import { linuxFacts } from "./linux.ts";

/** The reader of this machine. */
export const openFacts = async (host: Host): Promise<Facts> => (await factsReader(host))();

/** As `openFacts`, for whoever looks again: every call makes a reader that knows nothing yet. */
export async function factsReader(host: Host, fresh = false): Promise<() => Facts> {
  if ((typeof BERTH_SYSTEM === "string" ? BERTH_SYSTEM : host.system) === "win32") {
    const { windowsFacts } = await import("./windows.ts");
    return () => windowsFacts(host);
  }
  if ((typeof BERTH_SYSTEM === "string" ? BERTH_SYSTEM : host.system) === "darwin") {
    const { macosFacts } = await import("./macos.ts");
    return () => macosFacts(host);
  }
  return () => linuxFacts(host, fresh);
}
