import type { CommandTable } from "./command.ts";

/**
 * Every command, in groups by what people want to do, as `berth help` shows them. A command's file is loaded when it is
 * called, so the others cost nothing. One table without levels: putting it together would take every start a third of a
 * millisecond.
 */
export const COMMANDS: CommandTable = {
  id: {
    group: "This terminal",
    about: "Print the ID of this session",
    load: async () => (await import("./commands/id.ts")).id,
  },
  explain: {
    group: "This terminal",
    about: "Show how the ID was found",
    load: async () => (await import("./commands/explain.ts")).explain,
  },
  use: {
    group: "This terminal",
    about: "Let this terminal mean another session",
    load: async () => (await import("./commands/use.ts")).use,
  },
  refresh: {
    group: "This terminal",
    about: "Let this shell ask again which session it is in",
    load: async () => (await import("./commands/refresh.ts")).refresh,
  },
  touch: {
    group: "This terminal",
    about: "Note that this session is in use",
    load: async () => (await import("./commands/touch.ts")).touch,
  },
  hold: {
    group: "This terminal",
    about: "Run a command while others see this session live",
    load: async () => (await import("./commands/hold.ts")).hold,
  },
  init: {
    group: "This terminal",
    about: "Print the hook of a shell",
    load: async () => (await import("./commands/init.ts")).init,
  },
  "status-line": {
    group: "This terminal",
    about: "Print this session and its status on one line, for a status line",
    load: async () => (await import("./commands/status-line.ts")).statusLine,
  },
  mark: {
    group: "This terminal",
    about: "Show a session's status by its terminal: tab, title or tmux pane",
    load: async () => (await import("./commands/mark.ts")).mark,
  },
  set: {
    group: "Values",
    about: "Keep a value in this session",
    load: async () => (await import("./commands/set.ts")).set,
  },
  get: {
    group: "Values",
    about: "Print a value, or all of them",
    load: async () => (await import("./commands/get.ts")).get,
  },
  unset: {
    group: "Values",
    about: "Remove a value",
    load: async () => (await import("./commands/unset.ts")).unset,
  },
  incr: {
    group: "Values",
    about: "Add to a number, and print the sum",
    load: async () => (await import("./commands/incr.ts")).incr,
  },
  keys: {
    group: "Values",
    about: "Print the keys of the values",
    load: async () => (await import("./commands/keys.ts")).keys,
  },
  new: {
    group: "Sessions",
    about: "Make a session with a branch and a worktree of its own",
    load: async () => (await import("./commands/new/new.ts")).newCommand,
  },
  cd: {
    group: "Sessions",
    about: "Go into a session's worktree",
    load: async () => (await import("./commands/cd.ts")).cd,
  },
  run: {
    group: "Sessions",
    about: "Run a command in a session's worktree",
    load: async () => (await import("./commands/run.ts")).runSession,
  },
  resume: {
    group: "Sessions",
    about: "Run a session's last command again",
    load: async () => (await import("./commands/run.ts")).resume,
  },
  attach: {
    group: "Sessions",
    about: "Go to where a session's command runs in the background",
    load: async () => (await import("./commands/attach.ts")).attach,
  },
  logs: {
    group: "Sessions",
    about: "Print what a session's command shows in the background",
    load: async () => (await import("./commands/attach.ts")).logs,
  },
  background: {
    group: "Sessions",
    about: "Run what was handed over",
    hidden: true,
    load: async () => (await import("./commands/background.ts")).background,
  },
  stop: {
    group: "Sessions",
    about: "End the command that runs in a session",
    load: async () => (await import("./commands/stop.ts")).stop,
  },
  status: {
    group: "Sessions",
    about: "Say how a session is doing",
    load: async () => (await import("./commands/status.ts")).status,
  },
  heartbeat: {
    group: "Sessions",
    about: "Note that a session's command is at work",
    load: async () => (await import("./commands/heartbeat.ts")).heartbeat,
  },
  wait: {
    group: "Sessions",
    about: "Wait for a session's end or status",
    load: async () => (await import("./commands/wait.ts")).wait,
  },
  diff: {
    group: "Sessions",
    about: "Show what a session changed",
    load: async () => (await import("./commands/diff.ts")).diff,
  },
  log: {
    group: "Sessions",
    about: "Show the commits of a session",
    load: async () => (await import("./commands/diff.ts")).log,
  },
  finish: {
    group: "Sessions",
    about: "Merge a session's branch, then remove worktree, branch and session",
    load: async () => (await import("./commands/finish/finish.ts")).finish,
  },
  prune: {
    group: "Sessions",
    about: "Remove the sessions that are done with",
    load: async () => (await import("./commands/prune.ts")).prune,
  },
  rename: {
    group: "Sessions",
    about: "Give a session another name",
    load: async () => (await import("./commands/rename.ts")).rename,
  },
  destroy: {
    group: "Sessions",
    about: "End a session, and remove its worktree where that loses nothing",
    load: async () => (await import("./commands/destroy/destroy.ts")).destroy,
  },
  top: {
    group: "Sessions",
    about: "Show who needs you, and go there",
    load: async () => (await import("./commands/top/top.ts")).top,
  },
  jump: {
    group: "Sessions",
    about: "Go to a session's terminal, or to the next that needs you",
    load: async () => (await import("./commands/jump/jump.ts")).jump,
  },
  list: {
    group: "Sessions",
    aliases: ["ls"],
    about: "List every session",
    load: async () => (await import("./commands/list.ts")).list,
  },
  show: {
    group: "Sessions",
    about: "Show all that is kept of a session",
    load: async () => (await import("./commands/show.ts")).show,
  },
  events: {
    group: "Sessions",
    about: "Print what happened, and follow along",
    load: async () => (await import("./commands/events.ts")).events,
  },
  history: {
    group: "Sessions",
    about: "Print what happened in a session",
    load: async () => (await import("./commands/history.ts")).history,
  },
  path: {
    group: "Sessions",
    about: "Print where a session is kept",
    load: async () => (await import("./commands/path.ts")).path,
  },
  export: {
    group: "Sessions",
    about: "Print a project's sessions as one JSON document",
    load: async () => (await import("./commands/export.ts")).exportCommand,
  },
  import: {
    group: "Sessions",
    about: "Take sessions over from such a document",
    load: async () => (await import("./commands/export.ts")).importCommand,
  },
  trust: {
    group: "Sessions",
    about: "Allow the hooks of this project to run",
    load: async () => (await import("./commands/trust.ts")).trustCommand,
  },
  hook: {
    group: "Sessions",
    about: "Run a hook of a session's project",
    load: async () => (await import("./commands/hook-command.ts")).hookCommand,
  },
  agent: {
    group: "Agents",
    about: "Let coding agents tell what they are doing",
    load: async () => (await import("./commands/agent/agent.ts")).agent,
  },
  mcp: {
    group: "Agents",
    about: "Serve a session to an agent over MCP: its state, files and Lua",
    load: async () => (await import("./commands/mcp/mcp.ts")).mcp,
  },
  fs: {
    group: "Files",
    about: "Read and write files, confined to a session's project root",
    load: async () => (await import("./commands/fs.ts")).fs,
  },
  lua: {
    group: "Files",
    about: "Run a Lua script in a session: its own files, its own state",
    load: async () => (await import("./commands/lua.ts")).lua,
  },
  fleet: {
    group: "Other machines",
    about: "See and use the sessions of other machines, over SSH",
    load: async () => (await import("./commands/fleet/fleet.ts")).fleet,
  },
  lock: {
    group: "Other machines",
    about: "Run a command while nobody else holds a lock of that name",
    load: async () => (await import("./commands/lock.ts")).lock,
  },
  publish: {
    group: "Other machines",
    about: "Let other machines see the sessions of this one, by the shared database",
    load: async () => (await import("./commands/publish.ts")).publish,
  },
  shared: {
    group: "Other machines",
    about: "Set up and look at the database that several machines share",
    load: async () => (await import("./commands/shared/shared.ts")).shared,
  },
  doctor: {
    group: "Upkeep",
    about: "Say what is amiss here, and put it right",
    load: async () => (await import("./commands/doctor/doctor.ts")).doctor,
  },
  metrics: {
    group: "Upkeep",
    about: "Print numbers on sessions, agents and runs for Prometheus",
    load: async () => (await import("./commands/metrics.ts")).metrics,
  },
  clean: {
    group: "Upkeep",
    about: "Archive the sessions beyond the limits",
    load: async () => (await import("./commands/clean.ts")).clean,
  },
  purge: {
    group: "Upkeep",
    about: "Delete old archives for good",
    load: async () => (await import("./commands/purge.ts")).purge,
  },
  reset: {
    group: "Upkeep",
    about: "Archive a session and start it anew",
    load: async () => (await import("./commands/reset.ts")).reset,
  },
  archives: {
    group: "Upkeep",
    about: "List the archived sessions",
    load: async () => (await import("./commands/archives.ts")).archives,
  },
  restore: {
    group: "Upkeep",
    about: "Bring an archived session back",
    load: async () => (await import("./commands/restore.ts")).restore,
  },
  delete: {
    group: "Upkeep",
    aliases: ["rm"],
    about: "Delete sessions for good",
    load: async () => (await import("./commands/delete.ts")).deleteCommand,
  },
  env: {
    group: "Upkeep",
    about: "Show the variables that speak of this terminal, or what takes them away",
    load: async () => (await import("./commands/env.ts")).env,
  },
  config: {
    group: "Upkeep",
    about: "Show or set how much is kept",
    load: async () => (await import("./commands/config.ts")).config,
  },
  update: {
    group: "Upkeep",
    about: "Replace this program by the newest one of where it was installed from",
    load: async () => (await import("./commands/update/update.ts")).update,
  },
  completions: {
    group: "Upkeep",
    about: "Print the completions of a shell",
    load: async () => (await import("./commands/completions.ts")).completions,
  },
  complete: {
    group: "Upkeep",
    about: "Answer a shell's completions",
    hidden: true,
    load: async () => (await import("./commands/complete/complete.ts")).complete,
  },
  help: {
    group: "Upkeep",
    about: "Show help on a command or a topic",
    load: async () => (await import("./commands/help.ts")).help,
  },
  version: {
    group: "Upkeep",
    about: "Print version, commit and target",
    load: async () => (await import("./commands/version.ts")).version,
  },
};
