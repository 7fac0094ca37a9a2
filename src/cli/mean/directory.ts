import process from "node:process";
import type { Context } from "../command.ts";

/**
 * The directory that the user is in. Where it was deleted the hook's function starts us in `/` and names it, so that the
 * project around it is still the one that is meant.
 */
export function userDirectory({ host }: Context): string {
  const here = process.cwd();
  const deleted = host.variables["BERTH_DELETED_DIRECTORY"];
  return here === "/" && deleted !== undefined && deleted.startsWith("/") ? deleted : here;
}
