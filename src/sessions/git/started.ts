import type { SessionRecord } from "../../store/record.ts";
import { type Git, must } from "./git.ts";

/**
 * The commit that what a session did is compared with: where its branch and what it was made from parted, so that what
 * the session took over from there meanwhile is not counted as its own. Where all of it was merged, the commit that it
 * began at.
 *
 * @param worktree git in the session's worktree
 */
export async function startOf(worktree: Git, { project }: SessionRecord): Promise<string> {
  const base = project?.baseRef ?? "";
  const begun = typeof project?.["baseCommit"] === "string" ? project["baseCommit"] : base;
  const there = await worktree(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  // A branch without a commit (`git switch --orphan`) has parted from nothing.
  const at = there.status === 0 ? "HEAD" : begun;
  const head = (await must(worktree, `read ${at}`, ["rev-parse", "--verify", `${at}^{commit}`])).trim();
  const parted = await mergeBase(worktree, base, head);
  if (parted !== null && parted !== head) return parted;
  return await mergeBase(worktree, begun, head) ?? parted ?? head;
}

async function mergeBase(git: Git, ref: string, head: string): Promise<string | null> {
  if (ref === "" || ref.startsWith("-")) return null;
  const { status, out } = await git(["merge-base", ref, head]);
  return status === 0 ? out.trim() : null;
}
