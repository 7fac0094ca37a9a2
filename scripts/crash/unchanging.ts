/** The commands that change nothing, each as it is run to see that; and those whose changes are proved elsewhere. */

/** Words of each, on a machine with sessions `auth` (worktree) and `work` (values), known to itself as `here`. */
export const UNCHANGING: Readonly<Record<string, readonly string[]>> = {
  "agent status": ["agent", "status"],
  archives: ["archives"],
  attach: ["attach", "auth"],
  cd: ["cd", "auth"],
  complete: ["complete", "--", "berth", "show", ""],
  completions: ["completions", "bash"],
  diff: ["diff", "auth"],
  env: ["env"],
  events: ["events"],
  explain: ["explain"],
  export: ["export"],
  "fleet hosts": ["fleet", "hosts"],
  "fleet show": ["fleet", "show", "here:auth"],
  "fleet run": ["fleet", "run", "here", "--", "true"],
  "fs glob": ["fs", "glob", "auth", "**"],
  "fs list": ["fs", "list", "auth"],
  "fs read": ["fs", "read", "auth", "file.txt"],
  "fs stat": ["fs", "stat", "auth", "file.txt"],
  get: ["get", "--session-id", "work", "a"],
  help: ["help", "set"],
  history: ["history", "auth"],
  id: ["id"],
  init: ["init", "bash"],
  keys: ["keys", "--session-id", "work"],
  list: ["list"],
  log: ["log", "auth"],
  logs: ["logs", "auth"],
  mark: ["mark", "auth"],
  path: ["path", "auth"],
  refresh: ["refresh"],
  show: ["show", "auth"],
  "shared status": ["shared", "status"],
  "status-line": ["status-line"],
  top: ["top", "--once"],
  use: ["use", "work"],
  version: ["version"],
};

/** Those of them that are refused there: there is no shell's hook, nothing in the background, no database. */
export const REFUSED: readonly string[] = ["attach", "logs", "refresh", "shared status", "use"];

/** What changes something beside all rows of the table, and why a kill there loses nothing. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  background: "what tmux starts for run -d: the other half of that row",
  "fleet exec": "runs the command that it is given, and writes nothing itself",
  "shared init": "one transaction of the database's",
  update: "the program is replaced by one rename, and nothing of the store's is touched",
};
