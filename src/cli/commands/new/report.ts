import { quotePath } from "../../../errors/errors.ts";
import { askAhead } from "../../../sessions/git/git.ts";
import type { Environment } from "../../../sessions/git/git-environment.ts";
import type { Repository } from "../../../sessions/git/repository.ts";
import { saysOfBranches } from "../../../sessions/git/plain-worktree.ts";
import type { SessionRecord } from "../../../store/record.ts";
import { printable } from "../../say/printable.ts";

/**
 * Ask git what a new session begins with and what stays behind; it looks while the worktree is made.
 *
 * @param directory in the checkout that the user is in
 * @param base what was given to begin at
 * @returns the words, once the session is there
 */
export function askForReport(
  directory: string,
  { top, head, commonDir }: Repository,
  environment: Environment,
  base: string | undefined,
): (record: SessionRecord) => string {
  const git = (...args: string[]) => {
    const answer = askAhead(directory, environment, [args])(args);
    return () => {
      const { status, out } = answer?.(soon) ?? {};
      return status === 0 ? out : undefined;
    };
  };
  const status = top === null ? () => undefined : git("status", "--porcelain");
  const ref = base ?? head?.ref ?? "";
  const known = /^[^-\s~^:?*[\\][^\s~^:?*[\\]*$/.test(ref);
  const upstream = known && saysOfBranches(commonDir)
    ? git("for-each-ref", "--format=%(upstream:short)%00%(upstream:track,nobracket)", `refs/heads/${ref}`)
    : () => undefined;
  return (record) => {
    const { worktree = "", branch = "", baseRef = "" } = record.project ?? {};
    const from = baseRef === "" ? "" : `, from ${baseRef}${distanceIn(upstream() ?? "")}`;
    const lines = [
      `berth: ${record.name} is in ${quotePath(worktree)}`,
      `  branch ${printable(`${branch}${from}`)}`,
    ];
    const stay = (status() ?? "").split("\n").filter((line) => line !== "").length;
    if (stay > 0) {
      lines.push(
        `  ${stay} uncommitted ${stay === 1 ? "file stays" : "files stay"} in ${quotePath(top ?? "")}`,
      );
    }
    return `${lines.join("\n")}\n`;
  };
}

/** How long the words are waited for, in milliseconds; without them the session is as good. */
const PATIENCE_MS = 10_000;

function soon(ms: number): void {
  if (ms >= PATIENCE_MS) throw new Error(`git took longer than ${PATIENCE_MS} ms`);
}

/** `, 3 behind origin/main`, as git says it of a branch and what it follows. */
function distanceIn(answer: string): string {
  const [upstream = "", track = ""] = answer.trimEnd().split("\0");
  const parts = track.split(", ").flatMap((part) => {
    const [, word, count] = /^(ahead|behind) (\d+)$/.exec(part) ?? [];
    return word === undefined ? [] : [`${count} ${word === "ahead" ? "ahead of" : "behind"}`];
  });
  return parts.length === 0 ? "" : `, ${parts.join(" and ")} ${upstream}`;
}
