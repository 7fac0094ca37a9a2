import { gitDirectory } from "../git/bare-root.ts";
import { type Git, must } from "../git/git.ts";
import { stepsUnderWay } from "../git/risk.ts";

/** What was begun in a checkout and not ended: `rebase`; null where nothing was. */
export async function underWayIn(checkout: Git): Promise<string | null> {
  return stepsUnderWay(gitDirectory(checkout.directory) ?? await askedFor(checkout))[0] ?? null;
}

const askedFor = async (checkout: Git): Promise<string> =>
  (await must(checkout, "find the repository", ["rev-parse", "--absolute-git-dir"])).replace(/\n$/, "");
