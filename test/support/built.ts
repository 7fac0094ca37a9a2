import { join } from "node:path";
import { compile, entry } from "../../scripts/build.ts";
import type { Target } from "../../scripts/targets.ts";
import { scratch } from "./berth.ts";

/** berth built for a target, in a directory of the test file's own. @returns the program's path */
export function built(target: Target): string {
  const path = join(scratch(), target.startsWith("windows") ? "berth.exe" : "berth");
  compile(entry(target), path, target);
  return path;
}
