import spawn from "cross-spawn";
import { fail } from "../errors.ts";
import { type Environment, gitEnvironment } from "./git-environment.ts";

/** What git answered. A status of its own decides; its words are only shown, never understood. */
export interface Answer {
  /** Exit status; 128 + n where a signal ended it. */
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface AskOptions {
  /** Text for its standard input. */
  readonly input?: string;
  /** Told as soon as git runs. */
  readonly started?: (pid: number) => void;
  /** More variables, by which git and its children can be found when they outlive us. */
  readonly marks?: Readonly<Record<string, string>>;
}

/** Run git in one directory. */
export interface Git {
  readonly directory: string;
  (args: readonly string[], options?: AskOptions): Promise<Answer>;
}

/**
 * Settings for every call of ours. Hooks (`post-checkout`, `reference-transaction`) could do anything in the middle
 * of our step, and a failing one would make git report failure after it succeeded; a file system monitor would be
 * started for a worktree that goes in a moment. Aliases cannot replace a command of git's own.
 */
const SETTINGS = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=",
  "submodule.recurse=false",
  "advice.detachedHead=false",
];
const GLOBAL = SETTINGS.flatMap((setting) => ["-c", setting]);

/**
 * Git in a directory. Any version from 2.30 on will do.
 *
 * @throws `git_missing` from a call, when there is no git
 */
export function gitIn(directory: string, environment: Environment): Git {
  const env = gitEnvironment(environment);
  const git = (args: readonly string[], options: AskOptions = {}) => ask(directory, env, args, options);
  return Object.assign(git, { directory });
}

function ask(
  cwd: string,
  env: Record<string, string>,
  args: readonly string[],
  { input, started, marks = {} }: AskOptions,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stdin = input === undefined ? "ignore" : "pipe";
    const child = spawn("git", [...GLOBAL, ...args], { cwd, env: { ...env, ...marks }, stdio: [stdin, "pipe", "pipe"] });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", (error: NodeJS.ErrnoException) => reject(notStarted(error)));
    child.on("close", (code, signal) => {
      const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString("utf8");
      resolve({ status: code ?? (signal === null ? 1 : 128), out: text(out), err: text(err).trim() });
    });
    // It may end without reading it all.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
    if (child.pid !== undefined) started?.(child.pid);
  });
}

function notStarted(error: NodeJS.ErrnoException) {
  if (error.code === "ENOENT") return fail("git_missing", {}, error);
  return fail("git_failed", { action: "start git", why: error.message }, error);
}

/**
 * What git printed, where it must succeed.
 *
 * @param action what was wanted, for the error: `make the worktree`
 * @throws `git_failed` with git's own words
 */
export async function must(
  git: Git,
  action: string,
  args: readonly string[],
  options?: AskOptions,
): Promise<string> {
  const { status, out, err } = await git(args, options);
  if (status !== 0) throw fail("git_failed", { action, why: lastLine(err, status) });
  return out;
}

/** The line of git's that says most: the last `fatal:` or `error:`, else the last one. */
export function lastLine(err: string, status: number): string {
  const lines = err.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const said = lines.findLast((line) => /^(fatal|error): /.test(line)) ?? lines.at(-1);
  return said?.replace(/^(fatal|error): /, "") ?? `git ended with status ${status}`;
}
