import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Git, must } from "../git/git.ts";
import { UNFINISHED } from "../git/risk.ts";

/** What was begun in a checkout and not ended: `rebase`; null where nothing was. */
export async function underWayIn(checkout: Git): Promise<string | null> {
  const out = await must(checkout, "find the repository", ["rev-parse", "--absolute-git-dir"]);
  const admin = out.replace(/\n$/, "");
  const found = Object.entries(UNFINISHED).find(([file]) => existsSync(join(admin, file)));
  return found?.[1] ?? null;
}
