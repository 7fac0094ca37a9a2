import type { GitAnswer } from "../git/git.ts";

/** How much of what a program said is shown. */
const LINES = 5;

/**
 * Why git failed where it was given the user's hooks: its first `error:` line and its last `fatal:` one; where it says
 * neither, what was said last, which is the hook's.
 */
export function whyGit({ status, out, err }: GitAnswer): string {
  const lines = err.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const error = lines.find((line) => line.startsWith("error: "));
  const fatal = lines.findLast((line) => line.startsWith("fatal: "));
  const said = [error, fatal].flatMap((line) => line === undefined ? [] : [line.replace(/^[a-z]+: /, "")]);
  const others = (lines.length > 0 ? lines : out.trim().split("\n")).filter((line) =>
    !/^(error|fatal|hint|Not committing merge)/.test(line)
  ).slice(-LINES);
  const words = [...others.filter((line) => line !== ""), ...said];
  return words.length === 0 ? `git ended with status ${status}` : words.join("; ");
}
