import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isInside } from "../model/worktree-path.ts";
import { bareRoot } from "./bare-root.ts";
import { linkedDirectory } from "./worktree-directory.ts";

/** Where a session is, as its record has it. */
export interface SessionSite {
  readonly root?: string;
  readonly worktree?: string;
}

/**
 * The root of the project that a directory is in: of its repository, or of sessions there. Of several around it the
 * nearest counts. Git is not asked, since what a name means has to be told a hundred times faster than it answers; where
 * something is changed it is asked for all that it alone knows (`core.worktree`).
 *
 * @param directory absolute, free of symbolic links
 * @returns null outside of any project
 */
export function projectAround(directory: string, sites: readonly SessionSite[]): string | null {
  let nearest = repositoryAround(directory);
  for (const { root, worktree } of sites) {
    for (const top of [root, worktree]) {
      if (root === undefined || top === undefined || !isInside(top, directory)) continue;
      if (nearest === null || top.length > nearest.top.length) nearest = { top, root };
    }
  }
  return nearest?.root ?? null;
}

interface Nearest {
  /** The top directory of a checkout. */
  readonly top: string;
  readonly root: string;
}

function repositoryAround(directory: string): Nearest | null {
  for (let at = directory;; at = dirname(at)) {
    const root = repositoryAt(at);
    if (root !== null) return { top: at, root };
    if (dirname(at) === at) return null;
  }
}

/** The root of the repository of which a directory is the top, null where it is none. */
function repositoryAt(top: string): string | null {
  const kind = statSync(join(top, ".git"), { throwIfNoEntry: false });
  if (kind?.isDirectory()) return top;
  if (kind?.isFile()) return rootOfLinked(top);
  return ["HEAD", "objects", "refs"].every((name) => existsSync(join(top, name))) ? bareRoot(top) : null;
}

/** Of a linked worktree, of a submodule, or of `project/.git` that names a bare repository beside it. */
function rootOfLinked(top: string): string | null {
  const own = linkedDirectory(top);
  if (own === null) return null;
  const common = commonOf(own);
  if (common === own) return top;
  return basename(common) === ".git" ? dirname(common) : bareRoot(common);
}

/** What all worktrees share, as git's own directory for one of them says (gitrepository-layout(5), `commondir`). */
function commonOf(own: string): string {
  try {
    return realpathSync(resolve(own, readFileSync(join(own, "commondir"), "utf8").trimEnd()));
  } catch {
    return own;
  }
}
