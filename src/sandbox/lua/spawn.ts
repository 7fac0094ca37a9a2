/** Start the child: our own program again, with an environment of its own. */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { fail } from "../../errors/errors.ts";
import { installedBinary } from "../../native/installed.ts";
import { NPM } from "../../native/names.ts";
import { CHILD_WORD } from "./protocol.ts";

/** The compiled binary is told by a word what to be; a runtime is given the child's file, and Node the binary. */
function ownCommand(): [string, ...string[]] {
  if (typeof BERTH_SYSTEM === "string") return [process.execPath, CHILD_WORD];
  if (!("Bun" in globalThis) && !("Deno" in globalThis)) {
    const program = installedBinary();
    if (program === undefined) throw fail("no_lua", { package: NPM.command });
    return [program, CHILD_WORD];
  }
  const file = fileURLToPath(import.meta.resolve("./child-main.ts"));
  return "Deno" in globalThis ? [process.execPath, "run", "-A", "--no-lock", file] : [process.execPath, file];
}

/**
 * What the child may see of the environment: where libraries and temporary files are. Above all no `BUN_OPTIONS`,
 * `BUN_INSPECT` or `BUN_BE_BUN`, which would make the runtime something else.
 */
function cleanEnvironment(): Record<string, string> {
  const kept = ["LD_LIBRARY_PATH", "SystemRoot", "WINDIR", "TMPDIR", "TEMP", "TMP", "DENO_DIR", "HOME"];
  return Object.fromEntries(kept.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }));
}

/**
 * Start it beside the program itself: that directory is there, which the runtime asks for, and nobody who may
 * write to the project can leave a `bunfig.toml` in it.
 */
export function spawnChild(): ChildProcessWithoutNullStreams {
  // Not imported, so that the binary need not carry its compiled form; Lua itself takes far longer to load.
  const { spawn } = process.getBuiltinModule("node:child_process");
  const [program, ...args] = ownCommand();
  const cwd = dirname(process.execPath);
  return spawn(program, args, { cwd, env: cleanEnvironment(), stdio: "pipe", windowsHide: true });
}
