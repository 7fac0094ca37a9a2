/**
 * Variables of git that say how to reach other machines and where its own parts are. Every other `GIT_…` is taken
 * from the environment: in a git hook, in `git rebase --exec` and in some editors they point git at a repository,
 * an index or a configuration of the moment (githooks(5); `git rev-parse --local-env-vars` lists most).
 */
const KEPT = new Set([
  "GIT_ASKPASS",
  "GIT_ATTR_NOSYSTEM",
  "GIT_CEILING_DIRECTORIES",
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_CONFIG_SYSTEM",
  "GIT_DISCOVERY_ACROSS_FILESYSTEM",
  "GIT_EXEC_PATH",
  "GIT_PROXY_COMMAND",
  "GIT_SSH",
  "GIT_SSH_COMMAND",
  "GIT_SSH_VARIANT",
  "GIT_TEMPLATE_DIR",
]);

/** The variables that bind git to one repository: a command that runs in a worktree must not inherit them. */
const REPOSITORY = new Set([
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_DIR",
  "GIT_GRAFT_FILE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_NAMESPACE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
]);

export type Environment = Readonly<Record<string, string | undefined>>;

/** A command calls git a dozen times with the same variables. */
const known = new WeakMap<Environment, Readonly<Record<string, string>>>();

/**
 * The environment for our own calls of git: one language, no questions, no locks just to look. It is made once of each
 * object, which nobody changes.
 */
export function gitEnvironment(environment: Environment): Readonly<Record<string, string>> {
  const made = known.get(environment) ?? madeFor(environment);
  known.set(environment, made);
  return made;
}

const madeFor = (environment: Environment): Readonly<Record<string, string>> => ({
  ...filtered(environment, (name) => name !== SHELL_FILE && (!name.startsWith("GIT_") || KEPT.has(name))),
  ...trusted(environment),
  LC_ALL: "C",
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
});

/**
 * Which repositories git is told to trust by `GIT_CONFIG_COUNT` (git(1)), as containers and CI do it. Every other setting
 * of the moment is for the command that it was given to.
 */
function trusted(environment: Environment): Record<string, string> {
  const count = Number(environment["GIT_CONFIG_COUNT"] ?? 0);
  const pairs: Record<string, string> = {};
  let kept = 0;
  for (let at = 0; at < count && at < MAX_PAIRS; at++) {
    const key = environment[`GIT_CONFIG_KEY_${at}`] ?? "";
    const value = environment[`GIT_CONFIG_VALUE_${at}`];
    if (!/^safe\./i.test(key) || value === undefined) continue;
    pairs[`GIT_CONFIG_KEY_${kept}`] = key;
    pairs[`GIT_CONFIG_VALUE_${kept}`] = value;
    kept++;
  }
  return kept === 0 ? {} : { ...pairs, GIT_CONFIG_COUNT: String(kept) };
}

/** More pairs than anybody gives. */
const MAX_PAIRS = 1000;

/** By it a command of ours tells the shell where to go; it is for nobody that we start. */
const SHELL_FILE = "BERTH_CD_FILE";

/** What the terminal that we are in says of its own session, and the shell that waits for our answer. */
const TERMINAL = new Set(["BERTH_SESSION_BIND", "BERTH_USE", SHELL_FILE]);

/** The environment for git as the user would call it in some directory: with its hooks, its editor, its colours. */
export const userEnvironment = (environment: Environment): Record<string, string> =>
  filtered(environment, (name) => !REPOSITORY.has(name) && name !== SHELL_FILE);

/** The environment for a command of the user's in the worktree of a session. @param id the session */
export const commandEnvironment = (environment: Environment, id: string): Record<string, string> => ({
  ...filtered(environment, (name) => !REPOSITORY.has(name) && !TERMINAL.has(name)),
  BERTH_SESSION: id,
  BERTH_SESSION_ID: id,
});

function filtered(environment: Environment, keep: (name: string) => boolean): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && keep(name)) kept[name] = value;
  }
  return kept;
}
