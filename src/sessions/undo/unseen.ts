import type { Git } from "../git/git.ts";
import type { Risk } from "../git/risk.ts";
import type { Survey, UnseenPlace } from "../git/survey.ts";
import { UNREADABLE } from "../git/unreadable.ts";

/** What an undo has to make that git knows nothing of. */
export interface Unseen {
  /** Directories with nothing in them. */
  readonly empty: readonly UnseenPlace[];
  readonly fifos: readonly UnseenPlace[];
}

/** More of them are a program's, not a person's, and a record holds only so much. */
const MOST = 1000;

/**
 * The empty directories and FIFOs of a worktree that goes, without those that git ignores. What is in a repository inside
 * is kept with that.
 */
export async function unseenIn(
  worktree: Git,
  { empty, fifos }: Survey,
  { files, nested }: Pick<Risk, "files" | "nested">,
): Promise<Unseen> {
  const below = worktree.directory.length + 1;
  const others = [
    ...files.filter(({ mode }) => mode === "160000").map(({ path }) => path),
    ...nested.map((path) => path.slice(below)),
  ];
  const isOwn = ({ path }: UnseenPlace): boolean =>
    !path.includes(UNREADABLE) && !others.some((one) => path === one || path.startsWith(`${one}/`));
  const own = { empty: empty.filter(isOwn), fifos: fifos.filter(isOwn) };
  const ignored = await ignoredAmong(worktree, [...own.empty, ...own.fifos]);
  const kept = (places: readonly UnseenPlace[]) =>
    places.filter(({ path }) => !ignored.has(path)).slice(0, MOST);
  return { empty: kept(own.empty), fifos: kept(own.fifos) };
}

async function ignoredAmong(worktree: Git, places: readonly UnseenPlace[]): Promise<ReadonlySet<string>> {
  if (places.length === 0) return new Set();
  // With the dot no name is taken for a pathspec with magic (`:!x`).
  const input = places.map(({ path }) => `./${path}\0`).join("");
  const { out } = await worktree(["check-ignore", "-z", "--stdin"], { input });
  return new Set(out.split("\0").map((path) => path.slice("./".length)));
}
