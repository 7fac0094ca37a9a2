import type { Command } from "./command.ts";

interface Entry {
  /** Whole words that mean the same. */
  readonly aliases?: readonly string[];
  readonly about: string;
  /** Called by programs only: not listed. */
  readonly hidden?: boolean;
  readonly load: () => Promise<Command>;
}

/** Every command. A command's file is loaded when it is called, so the others cost nothing. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  id: { about: "Print the ID of this session", load: async () => (await import("./id.ts")).id },
  explain: { about: "Show how the ID was found", load: async () => (await import("./explain.ts")).explain },
  set: { about: "Keep a value in this session", load: async () => (await import("./set.ts")).set },
  get: { about: "Print a value, or all of them", load: async () => (await import("./get.ts")).get },
  unset: { about: "Remove a value", load: async () => (await import("./unset.ts")).unset },
  incr: { about: "Add to a number, and print the sum", load: async () => (await import("./incr.ts")).incr },
  keys: { about: "Print the keys of the values", load: async () => (await import("./keys.ts")).keys },
  new: {
    about: "Make a session with a branch and a worktree of its own",
    load: async () => (await import("./new.ts")).newCommand,
  },
  run: {
    about: "Run a command in a session's worktree",
    load: async () => (await import("./run-session.ts")).runSession,
  },
  resume: {
    about: "Run a session's last command again",
    load: async () => (await import("./run-session.ts")).resume,
  },
  stop: {
    about: "End the command that runs in a session",
    load: async () => (await import("./stop.ts")).stop,
  },
  status: {
    about: "Say how a session is doing",
    load: async () => (await import("./status.ts")).status,
  },
  heartbeat: {
    about: "Note that a session's command is at work",
    load: async () => (await import("./heartbeat.ts")).heartbeat,
  },
  wait: {
    about: "Wait for a session's end or status",
    load: async () => (await import("./wait.ts")).wait,
  },
  destroy: {
    about: "End a session, and remove its worktree where that loses nothing",
    load: async () => (await import("./destroy.ts")).destroy,
  },
  export: {
    about: "Print a project's sessions as one JSON document",
    load: async () => (await import("./export.ts")).exportCommand,
  },
  import: {
    about: "Take sessions over from such a document",
    load: async () => (await import("./export.ts")).importCommand,
  },
  trust: {
    about: "Allow the hooks of this project to run",
    load: async () => (await import("./trust.ts")).trustCommand,
  },
  list: { aliases: ["ls"], about: "List every session", load: async () => (await import("./list.ts")).list },
  show: { about: "Show all that is kept of a session", load: async () => (await import("./show.ts")).show },
  path: { about: "Print where a session is kept", load: async () => (await import("./path.ts")).path },
  history: {
    about: "Print what happened in a session",
    load: async () => (await import("./history.ts")).history,
  },
  touch: { about: "Note that this session is in use", load: async () => (await import("./touch.ts")).touch },
  hold: {
    about: "Run a command while others see this session live",
    load: async () => (await import("./hold.ts")).hold,
  },
  reset: {
    about: "Archive a session and start it anew",
    load: async () => (await import("./reset.ts")).reset,
  },
  archives: {
    about: "List the archived sessions",
    load: async () => (await import("./archives.ts")).archives,
  },
  restore: {
    about: "Bring an archived session back",
    load: async () => (await import("./restore.ts")).restore,
  },
  delete: {
    aliases: ["rm"],
    about: "Delete sessions for good",
    load: async () => (await import("./delete.ts")).deleteCommand,
  },
  clean: {
    about: "Archive the sessions beyond the limits",
    load: async () => (await import("./clean.ts")).clean,
  },
  purge: { about: "Delete old archives for good", load: async () => (await import("./purge.ts")).purge },
  config: { about: "Show or set how much is kept", load: async () => (await import("./config.ts")).config },
  doctor: {
    about: "Say what is amiss here, and put it right",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  use: { about: "Let this terminal mean another session", load: async () => (await import("./use.ts")).use },
  refresh: {
    about: "Let this shell ask again which session it is in",
    load: async () => (await import("./refresh.ts")).refresh,
  },
  init: { about: "Print the hook of a shell", load: async () => (await import("./init.ts")).init },
  completions: {
    about: "Print the completions of a shell",
    load: async () => (await import("./completions.ts")).completions,
  },
  complete: {
    about: "Answer a shell's completions",
    hidden: true,
    load: async () => (await import("./complete.ts")).complete,
  },
  fs: {
    about: "Read and write files, confined to a session's project root",
    load: async () => (await import("./fs.ts")).fs,
  },
  lua: {
    about: "Run a Lua script in a session: its own files, its own state",
    load: async () => (await import("./lua.ts")).lua,
  },
  mcp: {
    about: "Serve a session to an agent over MCP: its state, files and Lua",
    load: async () => (await import("./mcp.ts")).mcp,
  },
  help: { about: "Show help on a command or a topic", load: async () => (await import("./help.ts")).help },
  version: {
    about: "Print version, commit and target",
    load: async () => (await import("./version.ts")).version,
  },
};

export interface Found {
  /** The proper name, where the word was an alias. */
  readonly name: string;
  readonly entry: Entry;
}

/** The entry of a command word. */
export function findCommand(word: string): Found | undefined {
  for (const [name, entry] of Object.entries(COMMANDS)) {
    if (name === word || entry.aliases?.includes(word)) return { name, entry };
  }
  return undefined;
}
