import type { GitAnswer } from "../git/git.ts";

/** How much of what a program said is shown. */
const LINES = 5;

/** What git says beside the cause: advice, what it shows of its options, and how its own steps go on. */
const BESIDE = /^(error|fatal|hint|usage|Not committing merge|Aborting$)/;

/**
 * Why git failed where it was given the user's hooks: its first line of either kind, its first `error:` line and its last
 * `fatal:` one; where it says neither, what was said last, which is the hook's.
 */
export function whyGit({ status, out, err }: GitAnswer): string {
  const lines = withoutAdvice(linesOf(err));
  const error = lines.find((line) => line.startsWith("error: "));
  const fatal = lines.findLast((line) => line.startsWith("fatal: "));
  // A program that is not there (gpg) is told before what failed by it.
  const first = lines.find((line) => /^(error|fatal): /.test(line));
  const said = [first, error, fatal].flatMap((line) =>
    line === undefined ? [] : [line.replace(/^[a-z]+: /, "")]
  );
  // 129: git shows its options.
  const others = status === 129
    ? []
    : (lines.length > 0 ? lines : linesOf(out)).filter((line) => !BESIDE.test(line)).slice(-LINES);
  const words = [...new Set([...others, ...said])];
  return words.length === 0 ? `git ended with status ${status}` : words.join("; ");
}

/** What git says behind its last word is advice on it; what a hook says stands before that. */
function withoutAdvice(lines: readonly string[]): string[] {
  const end = lines.findLastIndex((line) => line.startsWith("fatal: "));
  return end < 0 ? [...lines] : lines.slice(0, end + 1);
}

/** Progress is written over itself: of such a line the end counts. */
const linesOf = (text: string): string[] =>
  text.split("\n").map((line) => (line.replace(/\r$/, "").split("\r").at(-1) ?? "").trim())
    .map((line) => line.replace(/^Rebasing \(\d+\/\d+\)/, ""))
    .filter((line) => line !== "");
