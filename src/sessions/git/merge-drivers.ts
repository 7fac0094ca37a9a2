/** Asks which merge drivers are configured (gitattributes(5)). */
const DRIVERS = ["config", "--name-only", "-z", "--get-regexp", "^merge\\..*\\.driver$"];

/** Run git: what it printed, null where it failed. */
type Ask = (...args: string[]) => Promise<string | null>;

/**
 * Whether a merge would leave the files of a commit as they are: it has all that the other one changed. A driver of the
 * user's may keep one side whatever the other changed, so what a driver made of it tells nothing.
 */
export async function changesNothing(git: Ask, into: string, commit: string): Promise<boolean> {
  const merge = (...settings: string[]) =>
    git(...settings, "merge-tree", "--write-tree", "--no-messages", into, commit);
  // A git before 2.38 does not know it.
  const [merged, tree] = await Promise.all([merge(), git("rev-parse", "--verify", `${into}^{tree}`)]);
  const isSame = (made: string | null) => made !== null && made.split("\n")[0] === tree?.trim();
  if (!isSame(merged)) return false;
  const drivers = (await git(...DRIVERS))?.split("\0").filter((name) => name !== "") ?? [];
  if (drivers.length === 0) return true;
  // "-c" ends a name at the first "=".
  if (drivers.some((name) => name.includes("="))) return false;
  return isSame(await merge(...drivers.flatMap((name) => ["-c", `${name}=false`])));
}
