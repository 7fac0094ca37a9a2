/** Bun's runtime for Windows with our version information in it, for as long as a build needs it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { runtimePath } from "./runtime.ts";
import type { Target } from "./targets.ts";
import { withVersionInfo } from "./version-info.ts";

/** The licence says whose it is: its line that starts with "Copyright". */
function copyright(): string {
  const licence = readFileSync(join(import.meta.dir, "..", "LICENSE"), "utf8");
  const line = licence.split(/\r?\n/).find((one) => one.startsWith("Copyright"));
  if (line === undefined) throw new Error('LICENSE has no line that starts with "Copyright"');
  return line;
}

/**
 * Make the runtime, give its path to `use`, and remove it.
 *
 * @throws Error where it cannot be made, and what `use` throws
 */
export function withWindowsRuntime(
  target: Target & `windows-${string}`,
  use: (path: string) => void,
): void {
  const directory = mkdtempSync(join(tmpdir(), "berth-windows-"));
  try {
    const path = join(directory, "bun.exe");
    const { version, description } = manifest;
    const about = { version, description, copyright: copyright() };
    writeFileSync(path, withVersionInfo(readFileSync(runtimePath(target)), about));
    use(path);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
