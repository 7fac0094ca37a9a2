/**
 * The runtime that Bun puts our code into: the host's own Bun for its own target, for another target one that
 * Bun fetches from the npm registry into its cache at the first build for it.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownTarget, type Target, TARGETS } from "./targets.ts";

function bun(...args: string[]): string {
  const done = Bun.spawnSync([process.execPath, ...args], { stdout: "pipe", stderr: "pipe" });
  if (!done.success) throw new Error(`bun ${args.join(" ")} failed:\n${done.stdout}${done.stderr}`);
  return done.stdout.toString().trim();
}

/** Bun has no command that only fetches a runtime, so an empty program is built with it. */
function fetchRuntime(target: Target): void {
  const directory = mkdtempSync(join(tmpdir(), "berth-runtime-"));
  try {
    const entry = join(directory, "empty.ts");
    writeFileSync(entry, "export {};\n");
    bun("build", "--compile", `--target=${TARGETS[target]}`, entry, `--outfile=${join(directory, "empty")}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Where the runtime for a target is; fetched first where it has to be.
 *
 * The file's name is Bun's own, in no documentation: `bun-<system>-<cpu>[-musl]-v<version>`, with `aarch64`
 * for `arm64`. Should it change, this fails and names what it looked for.
 *
 * @throws Error where it is neither in the cache nor to be had
 */
export function runtimePath(target: Target): string {
  if (target === ownTarget()) return process.execPath;
  const name = `${TARGETS[target].replace("arm64", "aarch64")}-v${Bun.version}`;
  const path = join(bun("pm", "cache"), name);
  if (!existsSync(path)) fetchRuntime(target);
  if (!existsSync(path)) {
    throw new Error(`Cannot find Bun's runtime for ${target}: no ${JSON.stringify(path)}`);
  }
  return path;
}
