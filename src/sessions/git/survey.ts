import { accessSync, constants, type Dirent, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Something that git does not see, so that an undo has to be told of it. */
export interface UnseenPlace {
  /** Below the worktree. */
  readonly path: string;
  /** Permissions (chmod(2)). */
  readonly mode: number;
}

/** What a worktree is made of, whatever git thinks of it. Paths are below the worktree; "" is itself. */
export interface Survey {
  /** Directories that we may not look into. */
  readonly closed: readonly string[];
  /** Directories with something in them that we may take nothing out of. */
  readonly fixed: readonly string[];
  /** Directories with nothing in them. */
  readonly empty: readonly UnseenPlace[];
  readonly fifos: readonly UnseenPlace[];
  /** Sockets and devices, which nobody could bring back. */
  readonly special: readonly string[];
}

type Found = { -readonly [K in keyof Survey]: Survey[K][number][] };

/** Go through a directory, links not followed. The caller has seen that nothing is mounted in it. */
export function survey(root: string): Survey {
  const found: Found = { closed: [], fixed: [], empty: [], fifos: [], special: [] };
  for (const directories = [""]; directories.length > 0;) {
    const path = directories.pop() ?? "";
    const entries = entriesOf(join(root, path));
    if (entries === null) found.closed.push(path);
    else if (entries.length === 0 && path !== "") found.empty.push(placeAt(root, path));
    else {
      if (isFixed(join(root, path))) found.fixed.push(path);
      for (const entry of entries) {
        if (entry.isFile() || entry.isSymbolicLink()) continue;
        const inner = path === "" ? entry.name : `${path}/${entry.name}`;
        if (entry.isDirectory()) directories.push(inner);
        else if (entry.isFIFO()) found.fifos.push(placeAt(root, inner));
        else found.special.push(inner);
      }
    }
  }
  return found;
}

/** Null where we may not, or no more, look into it. */
function entriesOf(directory: string): Dirent[] | null {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (/^(EACCES|EPERM)$/.test((error as NodeJS.ErrnoException).code ?? "")) return null;
    // Somebody else removes it at this moment.
    if (/^(ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

/** Also where not its mode says so: a file system that is read-only, an attribute (chattr(1)). */
export function isFixed(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return false;
  } catch (error) {
    return /^(EACCES|EPERM|EROFS)$/.test((error as NodeJS.ErrnoException).code ?? "");
  }
}

const placeAt = (root: string, path: string): UnseenPlace => ({
  path,
  mode: (lstatSync(join(root, path), { throwIfNoEntry: false })?.mode ?? 0o755) & 0o7777,
});
