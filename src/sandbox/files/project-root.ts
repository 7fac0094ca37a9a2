/** Open a project root with the best means of confinement that the system has. */
import { existsSync, lstatSync, realpathSync } from "node:fs";
import { parse } from "node:path";
import { fail } from "../../errors/errors.ts";
import { loadAtCalls } from "./at-calls.ts";
import { loadDescriptorPath } from "./descriptor-path.ts";
import { attempt } from "./failure.ts";
import { loadOpenBeneath } from "./openat2.ts";
import { type Calls, type Confinement, ProjectRoot } from "./root.ts";
import { windows } from "./spelling.ts";

/** The real path of a directory that may be a root. */
function realRoot(path: string): string {
  const real = realpathSync.native(path);
  if (real === parse(real).root) throw fail("root_confines_nothing", { path: real });
  if (!lstatSync(real).isDirectory()) throw fail("not_directory", { path });
  return real;
}

/** What this system can do. Without `/proc` even Linux is left with paths. (Under Wine there is one, too.) */
function bestConfinement(): Confinement {
  return !windows && existsSync("/proc/self/fd") ? "openat2" : "paths";
}

/**
 * Resolve a project root, once: links that are changed later do not move it.
 *
 * @param given path of a directory; a link to one is followed
 * @param confinement for tests; otherwise the best that the system has
 * @throws `not_found`, `not_directory`, `permission_denied`, `root_confines_nothing` for `/` or a whole drive
 */
export async function projectRoot(
  given: string,
  confinement: Confinement = bestConfinement(),
): Promise<ProjectRoot> {
  const calls: Calls = {
    openBeneath: confinement === "openat2" ? await loadOpenBeneath() : null,
    descriptorPath: confinement === "paths" ? await loadDescriptorPath() : null,
    atCalls: confinement === "paths" ? await loadAtCalls() : null,
  };
  return attempt(given, "read", () => new ProjectRoot(realRoot(given), given, confinement, calls));
}
