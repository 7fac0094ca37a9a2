/** The commands that change something, each with the machine that it finds and what a person sees of its effect. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { World } from "./world.ts";

export interface Changing {
  readonly name: string;
  readonly args: readonly string[] | ((world: World) => readonly string[]);
  /** What it reads from standard input. */
  readonly input?: string;
  /** What goes on while it runs: begun anew for each fault. */
  readonly begin?: (world: World) => void;
  /** Beyond what every machine has. */
  readonly prepare?: (world: World) => void;
  /** What the command changes, without times and made-up names: it is this before, or that after, and nothing else. */
  readonly see: (world: World) => unknown;
  /** Whether what it changes lies beside the store. */
  readonly elsewhere?: true;
  /** Whether it calls git, which may die too. */
  readonly git?: true;
  /** The branch that it merges into the main checkout. */
  readonly mergesInto?: string;
  /** What a fault may leave between the two, since it is more and not less than before; also what a person then does. */
  readonly between?: (world: World) => unknown;
}

const label = ["--session-id", "work"] as const;
const values = (world: World) =>
  world.call("get", ...label, "--json").out.match(/"values":(\{.*\})/)?.[1] ?? "none";
const archives = (world: World) => JSON.parse(world.must("archives", "--json")).archives.length as number;
/** The ID in the name of a session's file or archive. */
const idIn = (name: string): string[] =>
  name.endsWith(".json") ? [name.split(/--reset|\.session/)[0] ?? ""] : [];

const set = (...args: string[]) => (world: World) => void world.must("set", ...label, ...args);

/** Sessions by name with what is left of branch and worktree, and the branches that nobody has. */
function sessions(world: World) {
  const listed = JSON.parse(world.must("list", "--json")).sessions as {
    name: string | null;
    worktree: string | null;
  }[];
  return {
    named: listed.flatMap(({ name, worktree }) =>
      name === null
        ? []
        : [[name, worktree !== null && world.run(["test", "-f", `${worktree}/file.txt`]).status === 0]]
    ),
    branches: world.git("for-each-ref", "--format=%(refname)", "refs/heads"),
    worktrees: world.git("worktree", "list", "--porcelain").match(/^worktree /gm)?.length,
    // The links to them by name are looked at after every fault.
    directories: world.names("project", ".worktrees").filter((name) => /^[0-9a-f-]{36}$/.test(name)).length,
  };
}

const auth = (world: World) => void world.must("new", "auth");

function dirty(world: World): void {
  auth(world);
  const tree = world.must("path", "--worktree", "auth").trim();
  writeFileSync(join(tree, "file.txt"), "work\n");
}

/** A session with a commit of its own. */
function committed(world: World): void {
  auth(world);
  const tree = world.must("path", "--worktree", "auth").trim();
  writeFileSync(join(tree, "file.txt"), "mine\n");
  world.git("-C", tree, "commit", "-qam", "mine");
}

/** As `sessions`, and what the base has. */
const finished = (world: World) => ({ ...sessions(world), main: world.git("show", "main:file.txt") });

const statusOf = (world: World): string => JSON.parse(world.must("show", "auth", "--json")).session.status;

/** A command at work in the session, which it is waited for. */
function working(world: World): void {
  world.begin("run", "auth", "--", "sleep", "20");
  for (let tries = 0; tries < 200 && statusOf(world) !== "active"; tries++) Bun.sleepSync(20);
}

/** What is left of it, without the times: another look may come a moment before its supervisor has said so. */
function runOf(world: World): unknown {
  let seen: unknown;
  for (let tries = 0; tries < 10; tries++) {
    const { run, status } = JSON.parse(world.must("show", "auth", "--json")).session;
    seen = run?.endedAt == null ? "at work" : status;
    if (seen !== "at work") break;
    Bun.sleepSync(20);
  }
  return seen;
}

const SETTINGS = `{\n  "model": "opus",\n  "hooks": { "Stop": [] }\n}\n`;
const settings = (world: World): string => world.text("home", ".claude", "settings.json");

function claude(world: World): void {
  mkdirSync(join(world.home, ".claude"));
  writeFileSync(join(world.home, ".claude", "settings.json"), SETTINGS);
}

const events = (world: World): string[] =>
  world.must("events", "--json").trim().split("\n").map((line) => JSON.parse(line).type as string);

export const COMMANDS: readonly Changing[] = [
  { name: "set, a new session", args: ["set", ...label, "a", "1"], see: values },
  { name: "set", args: ["set", ...label, "a", "2"], prepare: set("a", "1"), see: values },
  { name: "unset", args: ["unset", ...label, "a"], prepare: set("a", "1"), see: values },
  { name: "incr", args: ["incr", ...label, "a"], prepare: set("a", "1"), see: values },
  {
    name: "reset",
    args: ["reset", ...label],
    prepare: set("a", "1"),
    see: (world) => [values(world), archives(world)],
    // The archive is written first: a copy more, and the session as it was.
    between: () => ['{"a":"1"}}', 1],
  },
  {
    name: "restore",
    args: (world) => ["restore", JSON.parse(world.must("archives", "--json")).archives[0].name],
    prepare: (world) => {
      set("a", "1")(world);
      world.must("reset", ...label);
    },
    see: (world) => [values(world), archives(world)],
    // The session is back, and its archive not yet gone: a copy more.
    between: () => ['{"a":"1"}}', 1],
  },
  {
    name: "delete",
    args: ["delete", "--yes", "keepnot"],
    prepare: (world) => void world.must("set", "--session-id", "keepnot", "a", "1"),
    see: (world) => world.must("list", "--json").includes("keepnot"),
  },
  {
    name: "clean",
    args: ["clean", "--yes"],
    prepare: (world) => {
      for (const name of ["one", "two", "keep"]) world.must("set", "--session-id", name, "k", "kept");
      world.must("config", "maxCount", "1");
    },
    // One after the other goes to the archive: whichever are through, each is here or there.
    see: (world) =>
      [...new Set([...world.names("store", "sessions"), ...world.names("store", "archive")].flatMap(idIn))]
        .sort(),
  },
  {
    name: "purge",
    args: ["purge", "--yes"],
    prepare: (world) => {
      for (const value of ["1", "2", "3"]) {
        set("a", value)(world);
        world.must("reset", ...label);
      }
      world.must("config", "maxCount", "1");
    },
    // The oldest first: whichever are through, the newest stays.
    see: (world) => world.names("store", "archive").at(-1)?.includes("--002.") === true,
  },
  { name: "touch", args: ["touch", ...label], prepare: set("a", "1"), see: values },
  {
    name: "lua",
    args: ["lua", "ex--work_00", "-e", "n = (n or 0) + 1"],
    prepare: (world) => {
      set("a", "1")(world);
      world.must("lua", "ex--work_00", "-e", "n = 1");
    },
    see: (world) => [values(world), world.call("lua", "ex--work_00", "-e", "n").out],
  },
  {
    name: "leftovers, by doctor",
    args: ["doctor", "--fix"],
    prepare: (world) => {
      set("a", "1")(world);
      for (const n of [1, 2]) {
        writeFileSync(join(world.store, "sessions", `ex--work_00.session.json.999999999-a-${n}.tmp`), "half");
      }
    },
    see: values,
  },
  {
    name: "config",
    args: ["config", "limits.sessions", "7"],
    see: (world) => world.must("config").includes("limits.sessions = 7"),
  },
  {
    name: "hold",
    args: ["hold", ...label, "--", "true"],
    prepare: set("a", "1"),
    see: values,
  },
  { name: "new", args: ["new", "auth"], git: true, see: sessions },
  { name: "run", args: ["run", "auth", "--", "true"], prepare: auth, git: true, see: sessions },
  { name: "destroy", args: ["destroy", "auth", "--cleanup"], prepare: auth, git: true, see: sessions },
  {
    name: "destroy with the branch",
    args: ["destroy", "auth", "--cleanup", "--delete-branch"],
    prepare: auth,
    git: true,
    see: sessions,
  },
  {
    name: "destroy of work",
    args: ["destroy", "auth", "--cleanup", "--force"],
    prepare: dirty,
    git: true,
    see: sessions,
  },
  {
    name: "finish",
    args: ["finish", "auth"],
    mergesInto: "feature/auth",
    prepare: committed,
    git: true,
    see: finished,
    // Merged, and the rest is still there: nothing is lost, and the next `finish` tidies up.
    between: () => ({
      named: [["auth", true]],
      branches: "refs/heads/feature/auth\nrefs/heads/main\n",
      worktrees: 2,
      directories: 1,
      main: "mine\n",
    }),
  },
  {
    name: "prune of a finished session",
    args: ["prune", "--yes"],
    prepare: (world) => {
      committed(world);
      world.must("finish", "auth", "--keep");
    },
    git: true,
    see: finished,
  },
  {
    name: "rename with the branch",
    args: ["rename", "auth", "login", "--branch"],
    prepare: committed,
    git: true,
    see: finished,
  },
  {
    name: "trust",
    args: ["trust"],
    prepare: (world) => {
      writeFileSync(join(world.root, ".berth.json"), `{"hooks":{"post-create":"true"}}\n`);
      mkdirSync(join(world.root, "sub"), { recursive: true });
    },
    see: (world) =>
      world.names("store").includes("trust") || /trust/.test(world.text("store", "config.json")),
  },
  { name: "status", args: ["status", "auth", "waiting", "--no-hooks"], prepare: auth, see: statusOf },
  {
    name: "fs write",
    elsewhere: true,
    args: ["fs", "write", "auth", "file.txt"],
    input: "another\n",
    prepare: auth,
    see: (world) => world.must("fs", "read", "auth", "file.txt"),
  },
  {
    name: "fs write, a new file",
    elsewhere: true,
    args: ["fs", "write", "auth", "deep/er/new.txt"],
    input: "new\n",
    prepare: auth,
    see: (world) => world.call("fs", "read", "auth", "deep/er/new.txt").out,
  },
  {
    name: "fs delete",
    elsewhere: true,
    args: ["fs", "delete", "auth", "file.txt"],
    prepare: auth,
    see: (world) => world.call("fs", "read", "auth", "file.txt").out,
  },
  {
    name: "agent hook, an event",
    args: ["agent", "hook", "claude"],
    input: `{"session_id":"c1","hook_event_name":"Stop","cwd":"/"}`,
    prepare: set("a", "1"),
    // An agent is never held up by it, so what cannot be kept is let go: with it or without.
    see: (world) => events(world).filter((type) => type === "agent.event").length <= 1,
  },
  {
    name: "agent install",
    elsewhere: true,
    args: ["agent", "install", "claude"],
    prepare: claude,
    see: (world) => settings(world).replaceAll(world.berth, "berth"),
  },
  {
    name: "agent uninstall",
    elsewhere: true,
    args: ["agent", "uninstall", "claude"],
    prepare: (world) => {
      claude(world);
      world.must("agent", "install", "claude");
    },
    see: settings,
    // The settings are back, and the note of what they were before is still there.
    between: () => SETTINGS,
  },
  {
    name: "finish by squash",
    args: ["finish", "auth", "--squash", "-m", "all of it"],
    mergesInto: "feature/auth",
    prepare: committed,
    git: true,
    see: finished,
    between: (world) => ({ ...finished(world), main: "mine\n" }),
  },
  {
    name: "undo of a removal",
    args: ["restore", "auth", "--worktree"],
    prepare: (world) => {
      dirty(world);
      world.must("destroy", "auth", "--cleanup", "--force");
    },
    git: true,
    see: (world) => [
      sessions(world).named,
      world.git("for-each-ref", "--format=%(refname)", "refs/heads"),
      world.call("fs", "read", "auth", "file.txt").out,
    ],
    // What failed once the session was back: it is there without its worktree, and the same command goes on.
    between: (world) => {
      world.call("restore", "auth", "--worktree");
      return [[["auth", true]], "refs/heads/feature/auth\nrefs/heads/main\n", "work\n"];
    },
  },
  { name: "stop", elsewhere: true, args: ["stop", "auth"], prepare: auth, begin: working, see: runOf },
];
