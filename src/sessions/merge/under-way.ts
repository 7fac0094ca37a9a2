import { existsSync } from "node:fs";
import { join } from "node:path";
import { gitDirectory } from "../git/bare-root.ts";
import { type Git, must } from "../git/git.ts";
import { UNFINISHED } from "../git/risk.ts";

/** What was begun in a checkout and not ended: `rebase`; null where nothing was. */
export async function underWayIn(checkout: Git): Promise<string | null> {
  const admin = gitDirectory(checkout.directory) ?? await askedFor(checkout);
  const found = Object.entries(UNFINISHED).find(([file]) => existsSync(join(admin, file)));
  return found?.[1] ?? null;
}

const askedFor = async (checkout: Git): Promise<string> =>
  (await must(checkout, "find the repository", ["rev-parse", "--absolute-git-dir"])).replace(/\n$/, "");
