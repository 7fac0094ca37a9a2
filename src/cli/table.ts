import type { CommandGroup, CommandTable } from "./command.ts";

/**
 * Every command, in the groups that `berth help` shows: what people want to do. A command's file is loaded when it is
 * called, so the others cost nothing.
 */
export const GROUPS: readonly CommandGroup[] = [
  {
    title: "This terminal",
    commands: {
      id: { about: "Print the ID of this session", load: async () => (await import("./commands/id.ts")).id },
      explain: {
        about: "Show how the ID was found",
        load: async () => (await import("./commands/explain.ts")).explain,
      },
      use: {
        about: "Let this terminal mean another session",
        load: async () => (await import("./commands/use.ts")).use,
      },
      refresh: {
        about: "Let this shell ask again which session it is in",
        load: async () => (await import("./commands/refresh.ts")).refresh,
      },
      touch: {
        about: "Note that this session is in use",
        load: async () => (await import("./commands/touch.ts")).touch,
      },
      hold: {
        about: "Run a command while others see this session live",
        load: async () => (await import("./commands/hold.ts")).hold,
      },
      init: {
        about: "Print the hook of a shell",
        load: async () => (await import("./commands/init.ts")).init,
      },
      "status-line": {
        about: "Print this session and its status on one line, for a status line",
        load: async () => (await import("./commands/status-line.ts")).statusLine,
      },
      mark: {
        about: "Show a session's status by its terminal: tab, title or tmux pane",
        load: async () => (await import("./commands/mark.ts")).mark,
      },
    },
  },
  {
    title: "Values",
    commands: {
      set: {
        about: "Keep a value in this session",
        load: async () => (await import("./commands/set.ts")).set,
      },
      get: {
        about: "Print a value, or all of them",
        load: async () => (await import("./commands/get.ts")).get,
      },
      unset: { about: "Remove a value", load: async () => (await import("./commands/unset.ts")).unset },
      incr: {
        about: "Add to a number, and print the sum",
        load: async () => (await import("./commands/incr.ts")).incr,
      },
      keys: {
        about: "Print the keys of the values",
        load: async () => (await import("./commands/keys.ts")).keys,
      },
    },
  },
  {
    title: "Sessions",
    commands: {
      new: {
        about: "Make a session with a branch and a worktree of its own",
        load: async () => (await import("./commands/new/new.ts")).newCommand,
      },
      cd: { about: "Go into a session's worktree", load: async () => (await import("./commands/cd.ts")).cd },
      run: {
        about: "Run a command in a session's worktree",
        load: async () => (await import("./commands/run.ts")).runSession,
      },
      resume: {
        about: "Run a session's last command again",
        load: async () => (await import("./commands/run.ts")).resume,
      },
      attach: {
        about: "Go to where a session's command runs in the background",
        load: async () => (await import("./commands/attach.ts")).attach,
      },
      logs: {
        about: "Print what a session's command shows in the background",
        load: async () => (await import("./commands/attach.ts")).logs,
      },
      background: {
        about: "Run what was handed over",
        hidden: true,
        load: async () => (await import("./commands/background.ts")).background,
      },
      stop: {
        about: "End the command that runs in a session",
        load: async () => (await import("./commands/stop.ts")).stop,
      },
      status: {
        about: "Say how a session is doing",
        load: async () => (await import("./commands/status.ts")).status,
      },
      heartbeat: {
        about: "Note that a session's command is at work",
        load: async () => (await import("./commands/heartbeat.ts")).heartbeat,
      },
      wait: {
        about: "Wait for a session's end or status",
        load: async () => (await import("./commands/wait.ts")).wait,
      },
      diff: {
        about: "Show what a session changed",
        load: async () => (await import("./commands/diff.ts")).diff,
      },
      log: {
        about: "Show the commits of a session",
        load: async () => (await import("./commands/diff.ts")).log,
      },
      finish: {
        about: "Merge a session's branch, then remove worktree, branch and session",
        load: async () => (await import("./commands/finish/finish.ts")).finish,
      },
      prune: {
        about: "Remove the sessions that are done with",
        load: async () => (await import("./commands/prune.ts")).prune,
      },
      rename: {
        about: "Give a session another name",
        load: async () => (await import("./commands/rename.ts")).rename,
      },
      destroy: {
        about: "End a session, and remove its worktree where that loses nothing",
        load: async () => (await import("./commands/destroy/destroy.ts")).destroy,
      },
      top: {
        about: "Show who needs you, and go there",
        load: async () => (await import("./commands/top/top.ts")).top,
      },
      jump: {
        about: "Go to a session's terminal, or to the next that needs you",
        load: async () => (await import("./commands/jump/jump.ts")).jump,
      },
      list: {
        aliases: ["ls"],
        about: "List every session",
        load: async () => (await import("./commands/list.ts")).list,
      },
      show: {
        about: "Show all that is kept of a session",
        load: async () => (await import("./commands/show.ts")).show,
      },
      events: {
        about: "Print what happened, and follow along",
        load: async () => (await import("./commands/events.ts")).events,
      },
      history: {
        about: "Print what happened in a session",
        load: async () => (await import("./commands/history.ts")).history,
      },
      path: {
        about: "Print where a session is kept",
        load: async () => (await import("./commands/path.ts")).path,
      },
      export: {
        about: "Print a project's sessions as one JSON document",
        load: async () => (await import("./commands/export.ts")).exportCommand,
      },
      import: {
        about: "Take sessions over from such a document",
        load: async () => (await import("./commands/export.ts")).importCommand,
      },
      trust: {
        about: "Allow the hooks of this project to run",
        load: async () => (await import("./commands/trust.ts")).trustCommand,
      },
      hook: {
        about: "Run a hook of a session's project",
        load: async () => (await import("./commands/hook-command.ts")).hookCommand,
      },
    },
  },
  {
    title: "Agents",
    commands: {
      agent: {
        about: "Let coding agents tell what they are doing",
        load: async () => (await import("./commands/agent/agent.ts")).agent,
      },
      mcp: {
        about: "Serve a session to an agent over MCP: its state, files and Lua",
        load: async () => (await import("./commands/mcp/mcp.ts")).mcp,
      },
    },
  },
  {
    title: "Files",
    commands: {
      fs: {
        about: "Read and write files, confined to a session's project root",
        load: async () => (await import("./commands/fs.ts")).fs,
      },
      lua: {
        about: "Run a Lua script in a session: its own files, its own state",
        load: async () => (await import("./commands/lua.ts")).lua,
      },
    },
  },
  {
    title: "Other machines",
    commands: {
      fleet: {
        about: "See and use the sessions of other machines, over SSH",
        load: async () => (await import("./commands/fleet/fleet.ts")).fleet,
      },
      lock: {
        about: "Run a command while nobody else holds a lock of that name",
        load: async () => (await import("./commands/lock.ts")).lock,
      },
      publish: {
        about: "Let other machines see the sessions of this one, by the shared database",
        load: async () => (await import("./commands/publish.ts")).publish,
      },
      shared: {
        about: "Set up and look at the database that several machines share",
        load: async () => (await import("./commands/shared/shared.ts")).shared,
      },
    },
  },
  {
    title: "Upkeep",
    commands: {
      doctor: {
        about: "Say what is amiss here, and put it right",
        load: async () => (await import("./commands/doctor/doctor.ts")).doctor,
      },
      metrics: {
        about: "Print numbers on sessions, agents and runs for Prometheus",
        load: async () => (await import("./commands/metrics.ts")).metrics,
      },
      clean: {
        about: "Archive the sessions beyond the limits",
        load: async () => (await import("./commands/clean.ts")).clean,
      },
      purge: {
        about: "Delete old archives for good",
        load: async () => (await import("./commands/purge.ts")).purge,
      },
      reset: {
        about: "Archive a session and start it anew",
        load: async () => (await import("./commands/reset.ts")).reset,
      },
      archives: {
        about: "List the archived sessions",
        load: async () => (await import("./commands/archives.ts")).archives,
      },
      restore: {
        about: "Bring an archived session back",
        load: async () => (await import("./commands/restore.ts")).restore,
      },
      delete: {
        aliases: ["rm"],
        about: "Delete sessions for good",
        load: async () => (await import("./commands/delete.ts")).deleteCommand,
      },
      env: {
        about: "Show the variables that speak of this terminal, or what takes them away",
        load: async () => (await import("./commands/env.ts")).env,
      },
      config: {
        about: "Show or set how much is kept",
        load: async () => (await import("./commands/config.ts")).config,
      },
      update: {
        about: "Replace this program by the newest one of where it was installed from",
        load: async () => (await import("./commands/update/update.ts")).update,
      },
      completions: {
        about: "Print the completions of a shell",
        load: async () => (await import("./commands/completions.ts")).completions,
      },
      complete: {
        about: "Answer a shell's completions",
        hidden: true,
        load: async () => (await import("./commands/complete/complete.ts")).complete,
      },
      help: {
        about: "Show help on a command or a topic",
        load: async () => (await import("./commands/help.ts")).help,
      },
      version: {
        about: "Print version, commit and target",
        load: async () => (await import("./commands/version.ts")).version,
      },
    },
  },
];

/** All of them by name. */
export const COMMANDS: CommandTable = Object.assign(
  {},
  ...GROUPS.map(({ commands }) => commands),
);
