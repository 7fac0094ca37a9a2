import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import process from "node:process";
import { fail } from "../../errors/errors.ts";
import { sha256 } from "../../facts/sha256.ts";
import { below } from "../model/worktree-path.ts";

/**
 * The directory of a project's new worktrees. One outside of the repository is for many projects, so each has its own
 * in it: `shop-3f9a1c`, since two may be called alike.
 *
 * @param root of the repository
 * @param setting `worktrees.path` of the configuration
 * @throws `bad_text_setting` where worktrees cannot be
 */
export function worktreesFolder(root: string, setting: string): string {
  const folder = resolve(root, /^~(\/|$)/.test(setting) ? join(home(), setting.slice(1)) : setting);
  const inside = below(root, folder);
  if (folder === root || /^\.git(\/|$)/i.test(inside)) {
    const wanted = "a directory that is neither the main checkout nor git's own";
    throw fail("bad_text_setting", { name: "worktrees.path", value: setting, wanted });
  }
  if (inside !== "") return folder;
  return join(canonical(folder), `${basename(root)}-${sha256(root).slice(0, 6)}`);
}

/** Asked of node:os only where need be: loading that takes every command a tenth of a millisecond. */
const home = (): string => process.getBuiltinModule("node:os").homedir();

/** Free of symbolic links, as git lists worktrees, as far as it is there. */
function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(canonical(dirname(path)), basename(path));
  }
}
