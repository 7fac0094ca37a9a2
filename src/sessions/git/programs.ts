import type * as children from "node:child_process";
import process from "node:process";

/** How other programs are started: as node:child_process has it. */
export type Programs = Pick<typeof children, "spawn" | "spawnSync">;

/**
 * On Windows by cross-spawn, which finds `.cmd` files and quotes for them; anywhere else it adds nothing, and the
 * binaries for other systems do not carry it. Nor do they carry the compiled form of node:child_process, half a
 * megabyte with all that it needs: who starts a program can wait for it to be loaded.
 */
export async function programs(): Promise<Programs> {
  if ((typeof BERTH_SYSTEM === "string" ? BERTH_SYSTEM : process.platform) === "win32") {
    const { default: spawn } = await import("cross-spawn");
    return { spawn: spawn as Programs["spawn"], spawnSync: spawn.sync as Programs["spawnSync"] };
  }
  return process.getBuiltinModule("node:child_process");
}
