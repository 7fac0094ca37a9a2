import process from "node:process";
import { type OpenLockFile } from "./lock-file.ts";

/**
 * The implementation for where we run. Loaded on the first lock: readers need none.
 *
 * @throws BerthError `no_locks` (1) under Node, where no installed program does it
 */
export async function lockFiles(): Promise<OpenLockFile> {
  if (typeof BERTH_SYSTEM !== "string" && !("Bun" in globalThis) && !("Deno" in globalThis)) {
    return (await import("./lock-node.ts")).nodeLockFiles();
  }
  if ((typeof BERTH_SYSTEM === "string" ? BERTH_SYSTEM : process.platform) === "win32") {
    return (await import("./lock-windows.ts")).openLockFile;
  }
  if (typeof BERTH_SYSTEM !== "string" && "Deno" in globalThis) {
    return (await import("./lock-deno.ts")).openLockFile;
  }
  return (await import("./lock-bun.ts")).openLockFile;
}
