import manifest from "../package.json" with { type: "json" };
import { isWindows, type Target } from "./targets.ts";

/** The name of a release's archive for a target: what the installers ask for. */
export const archiveName = (target: Target): string =>
  `berth-${manifest.version}-${target}${isWindows(target) ? ".zip" : ".tar.gz"}`;
