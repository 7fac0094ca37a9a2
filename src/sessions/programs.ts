import type * as children from "node:child_process";
import process from "node:process";

/*
 * How other programs are started. On Windows by cross-spawn, which finds `.cmd` files and quotes for them; anywhere
 * else it adds nothing, and the binaries for other systems do not carry it. Nor do they carry the compiled form of
 * node:child_process, half a megabyte with all that it needs: who starts a program can wait for it to be loaded.
 */

/** Told by the build of a binary; unknown where the source is run. */
declare const BERTH_SYSTEM: NodeJS.Platform | undefined;

type Programs = Pick<typeof children, "spawn" | "spawnSync">;

const programs: Programs = (typeof BERTH_SYSTEM === "string" ? BERTH_SYSTEM : process.platform) === "win32"
  ? likeNode((await import("cross-spawn")).default)
  : process.getBuiltinModule("node:child_process");

function likeNode(crossSpawn: typeof import("cross-spawn")): Programs {
  return { spawn: crossSpawn as Programs["spawn"], spawnSync: crossSpawn.sync as Programs["spawnSync"] };
}

export const { spawn, spawnSync } = programs;
