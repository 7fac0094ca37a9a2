import process from "node:process";
import { fail } from "../../errors/errors.ts";
import type { Waiting } from "../../facts/child-bun.ts";
import { type Environment, gitEnvironment } from "./git-environment.ts";
import { longWait } from "./long-work.ts";
import { beginGit } from "./run-to-end.ts";

/** What git answered. A status of its own decides; its words are only shown, never understood. */
export interface GitAnswer {
  /** Exit status; 128 where a signal ended it. */
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface AskOptions {
  /** Text for its standard input. */
  readonly input?: string;
  /** The same where it is not known yet: git is started, and waits for it as we do. It never fails. */
  readonly later?: Promise<string>;
  /** Whether what it reads and prints is no text: each character is one byte then. */
  readonly binary?: boolean;
  /** What is wanted, for who waits for it: `make the worktree`. */
  readonly action?: string;
  /** More variables, by which git and its children can be found when they outlive us. */
  readonly marks?: Readonly<Record<string, string>>;
  /** What is done while git is at work, as far as this system lets both run at once. */
  readonly meanwhile?: () => Promise<void>;
}

/** Run git in one directory. */
export interface Git {
  readonly directory: string;
  (args: readonly string[], options?: AskOptions): Promise<GitAnswer>;
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

/** Waits for git's answer to a question that it works on; undefined for any other. */
export type Early = (args: readonly string[]) => Answering | undefined;

/** Waits for an answer; undefined where it is to be asked again. */
export type Answering = (waiting?: Waiting, later?: string) => GitAnswer | undefined;

/** The same of a call that may be at work; `drop` ends that instead. */
type Begun = Answering & { readonly drop: () => void };

/** What was asked ahead; `drop` ends all of it that nobody has heard. */
export type Ahead = Early & { readonly drop: () => void };

/** Ask several things about a directory at once, and do something else meanwhile. Each is answered once: later it may be different. */
export function askAhead(
  directory: string,
  environment: Environment,
  questions: readonly (readonly string[])[],
): Ahead {
  const env = gitEnvironment(environment);
  const begun = new Map(questions.map((args) => [args.join("\0"), begunAhead(directory, env, args)]));
  const early: Early = (args) => {
    const key = args.join("\0");
    const answer = begun.get(key);
    begun.delete(key);
    return answer;
  };
  const drop = () => {
    for (const answer of begun.values()) answer?.drop();
    begun.clear();
  };
  return Object.assign(early, { drop });
}

/** Undefined where it fails: it is asked again, and says why then. */
function begunAhead(
  directory: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): Begun | undefined {
  const answer = tried(ask, directory, env, args, {});
  if (answer === undefined) return undefined;
  const first = (waiting?: Waiting) => {
    const known = tried(answer, waiting);
    // 128: a repository that has to be named, or none.
    return known?.status === 128 ? undefined : known;
  };
  return Object.assign(first, { drop: answer.drop });
}

/** Undefined where it fails. */
function tried<A extends readonly unknown[], T>(work: (...args: A) => T, ...args: A): T | undefined {
  try {
    return work(...args);
  } catch {
    return undefined;
  }
}

/**
 * Git in a directory. Any version from 2.30 on will do. A call begins at once and is waited for when its promise is
 * awaited, so calls that are awaited together run together.
 *
 * @param early what `askAhead` gave for this directory
 * @throws `git_missing` from a call, when there is no git
 */
export function gitIn(directory: string, environment: Environment, early?: Early): Git {
  const asked: Asked = { directory, env: gitEnvironment(environment), early, named: [] };
  const git = (args: readonly string[], options: AskOptions = {}) => answerOf(asked, args, options);
  return Object.assign(git, { directory });
}

/** Where git is asked. */
interface Asked {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly early: Early | undefined;
  /** What names its repository, where git is not to look for it. */
  named: readonly string[];
}

async function answerOf(asked: Asked, args: readonly string[], options: AskOptions): Promise<GitAnswer> {
  const { directory, env, early, named } = asked;
  // What is asked elsewhere is about another checkout.
  const elsewhere = args[0] === "-C";
  const words = elsewhere ? args : [...named, ...args];
  const answer = early?.(args) ?? ask(directory, env, words, options);
  const waiting = options.action === undefined ? undefined : longWait(options.action);
  const later = await options.later;
  const failed = await thrownBy(options.meanwhile);
  const first = answer(waiting, later) ?? ask(directory, env, words, options)(waiting, later);
  if (failed !== null) throw failed.error;
  if (elsewhere || first.status !== 128 || named.length > 0 || !mustBeNamed(directory, env)) return first;
  asked.named = ["--git-dir=."];
  return ask(directory, env, [...asked.named, ...args], options)(waiting, later);
}

/** What is done meanwhile may fail; git is waited for all the same. */
export async function thrownBy(
  work: AskOptions["meanwhile"],
): Promise<{ readonly error: unknown } | null> {
  try {
    await work?.();
    return null;
  } catch (error) {
    return { error };
  }
}

/** The same git in another directory. */
export const gitAt = (git: Git, directory: string): Git =>
  Object.assign((args: readonly string[], options?: AskOptions) => git(["-C", directory, ...args], options), {
    directory,
  });

/**
 * Whether it is a bare repository, and git is set not to look for one by itself (`safe.bareRepository`): then it is to
 * be named by `--git-dir`.
 */
export function mustBeNamed(directory: string, env: Readonly<Record<string, string>>): boolean {
  const { existsSync } = process.getBuiltinModule("node:fs");
  if (!["HEAD", "objects", "refs"].every((name) => existsSync(`${directory}/${name}`))) return false;
  return ask(directory, env, ["config", "--get", "safe.bareRepository"], {})().out.trim() === "explicit";
}

/** As `Begun`, where there is an answer in any case. */
type Asking = ((waiting?: Waiting, later?: string) => GitAnswer) & { readonly drop: () => void };

/** Begin a call. A signal that comes while it is waited for is for its handler afterwards. */
function ask(
  cwd: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  options: AskOptions,
): Asking {
  const { input, later: awaited, binary = false, marks } = options;
  const call = {
    cwd,
    env: marks === undefined ? env : { ...env, ...marks },
    input,
    takesInput: awaited !== undefined,
    binary,
  };
  const ended = started(cwd, beginGit, [...GLOBAL, ...args], call);
  const answer = (waiting?: Waiting, later?: string) => {
    const { status, out, err } = started(cwd, ended, waiting, later);
    if (status === 128) refuseGone(cwd);
    return { status: status ?? 128, out, err: err.trim() };
  };
  return Object.assign(answer, { drop: ended.drop });
}

/** Somebody may just have removed the worktree; git is told to go there and says it in words of its own. */
function refuseGone(cwd: string, cause?: unknown): void {
  // Nothing else here needs node:fs.
  if (process.getBuiltinModule("node:fs").existsSync(cwd)) return;
  throw fail("bad_directory", { path: cwd, why: "No such file or directory" }, cause);
}

function started<A extends readonly unknown[], T>(cwd: string, work: (...args: A) => T, ...args: A): T {
  try {
    return work(...args);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // The same word for both.
    if (code === "ENOENT") refuseGone(cwd, error);
    if (code === "ENOENT") throw fail("git_missing", {}, error);
    throw fail("git_failed", { action: "start git", why: message }, error);
  }
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
  const { status, out, err } = await git(args, { ...options, action });
  if (status !== 0) throw fail("git_failed", { action, why: lastLine(err, status) });
  return out;
}

/** `git-lfs filter-process: 1: git-lfs: not found`, `git: 'lfs' is not a git command.` */
const MISSING =
  /^(?!error: |fatal: |warning: |hint: ).*(: not found|: command not found|is not a git command)/;

const LOOKS = 5;
const BETWEEN_LOOKS_MS = 30;

/**
 * As `must`, for what looks at all worktrees. Git makes one file by file, so a look in the middle of somebody else's
 * `git worktree add` or `remove` fails ("failed to read .../commondir"); the next one does not.
 */
export async function mustLook(git: Git, action: string, args: readonly string[]): Promise<string> {
  for (let left = LOOKS - 1;; left--) {
    try {
      return await must(git, action, args);
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
    }
  }
}

/**
 * What of git's words says why: the first `error:` line, which is the cause (a full disk, a filter that is missing), and
 * the last `fatal:` one, which is what became of it; without these the last line. Before them what a shell or git says of
 * a program that is missing (git-lfs).
 */
export function lastLine(err: string, status: number): string {
  const lines = err.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const cause = lines.find((line) => line.startsWith("error: "));
  const end = lines.findLast((line) => line.startsWith("fatal: "));
  const missing = lines.find((line) => MISSING.test(line));
  const said = [missing, cause, end].filter((line) => line !== undefined).map((line) =>
    line.replace(/^\w+: /, "")
  );
  if (said.length > 0) return [...new Set(said)].join("; ");
  return lines.at(-1) ?? `git ended with status ${status}`;
}
