import type { Git } from "./git.ts";

/**
 * What a branch that had this name is called now, as its reflog tells (`git branch -m` moves that along).
 *
 * @param since what was renamed before was another branch of that name
 * @returns null where no branch tells it, or several do
 */
export async function newNameOf(git: Git, name: string, since: Date): Promise<string | null> {
  const how = [
    "log",
    "--walk-reflogs",
    "--branches",
    "--no-show-signature",
    "--date=unix",
    "--format=%gD%x00%gs",
  ];
  const { status, out } = await git([
    ...how,
    "--fixed-strings",
    `--grep-reflog=renamed refs/heads/${name} to `,
    "--",
  ]);
  if (status !== 0) return null;
  const found = out.split("\n").flatMap((line) => {
    const [, branch, seconds, said] = ENTRY.exec(line) ?? [];
    const isIt = said === name && Number(seconds) >= Math.floor(since.getTime() / 1000);
    return branch !== undefined && isIt ? [branch] : [];
  });
  const [now, ...others] = new Set(found);
  return now === undefined || others.length > 0 ? null : now;
}

/** `develop@{1700000000}`, then what was done. No name of a branch has a space or `@{` in it. */
const ENTRY = /^(?:refs\/heads\/)?(.+)@\{(\d+)\}\0Branch: renamed refs\/heads\/(.+) to refs\/heads\//;
