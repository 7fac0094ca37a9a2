import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Where HEAD of a worktree stood last, as its reflog tells: git tells nothing of it while HEAD names a branch that is gone.
 *
 * @param admin git's own directory for the worktree
 * @returns null where nothing was written down
 */
export function lastHead(admin: string): string | null {
  const [last = ""] = lines(admin).slice(-1);
  const [before = "", after = ""] = last.split(" ", 2);
  return [after, before].find((commit) => /^[0-9a-f]{40,64}$/.test(commit) && !/^0+$/.test(commit)) ?? null;
}

function lines(admin: string): string[] {
  try {
    return readFileSync(join(admin, "logs/HEAD"), "utf8").split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
}
