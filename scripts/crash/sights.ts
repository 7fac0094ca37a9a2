/** What a person sees of a machine, and what it is made of: shared by the rows of the table. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { World } from "./world.ts";

export const label = ["--session-id", "work"] as const;
export const values = (world: World) =>
  world.call("get", ...label, "--json").out.match(/"values":(\{.*\})/)?.[1] ?? "none";
const activity = (world: World): string =>
  JSON.parse(world.must("show", ...label, "--json")).session.lastActivity;

/** A session, with a note of when it was last used. */
export function used(world: World): void {
  set("a", "1")(world);
  writeFileSync(join(world.home, "used"), activity(world));
}

export const isUsedSince = (world: World): boolean => activity(world) !== world.text("home", "used");

export const archives = (world: World) =>
  JSON.parse(world.must("archives", "--json")).archives.length as number;
/** The ID in the name of a session's file or archive. */
export const idIn = (name: string): string[] =>
  name.endsWith(".json") ? [name.split(/--reset|\.session/)[0] ?? ""] : [];

export const set = (...args: string[]) => (world: World) => void world.must("set", ...label, ...args);

/** Sessions by name with what is left of branch and worktree, and the branches that nobody has. */
export function sessions(world: World) {
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

export const auth = (world: World) => void world.must("new", "auth");

export function dirty(world: World): void {
  auth(world);
  const tree = world.must("path", "--worktree", "auth").trim();
  writeFileSync(join(tree, "file.txt"), "work\n");
}

/** A session with a commit of its own. */
export function committed(world: World): void {
  auth(world);
  const tree = world.must("path", "--worktree", "auth").trim();
  writeFileSync(join(tree, "file.txt"), "mine\n");
  world.git("-C", tree, "commit", "-qam", "mine");
}

/** As `sessions`, and what the base has. */
export const finished = (world: World) => ({ ...sessions(world), main: world.git("show", "main:file.txt") });

const shown = (world: World) => JSON.parse(world.must("show", "auth", "--json")).session;

export const statusOf = (world: World): string => shown(world).status;

export const stateOf = (world: World): string => shown(world).run.state;

/** @throws Error where it does not come to run */
function whenRunning(world: World): void {
  for (const end = Date.now() + 60_000; stateOf(world) !== "ACTIVE"; Bun.sleepSync(20)) {
    if (Date.now() > end) throw new Error("the session's command does not run");
  }
}

/** A command at work in the session, which it is waited for. */
export function working(world: World): void {
  world.begin("run", "auth", "--", "sleep", "20");
  whenRunning(world);
}

/** What is left of it, without the times: another look may come a moment before its supervisor has said so. */
export function runOf(world: World): unknown {
  let seen: unknown;
  for (let tries = 0; tries < 10; tries++) {
    const { run, status } = shown(world);
    seen = run?.endedAt == null ? "at work" : status;
    if (seen !== "at work") break;
    Bun.sleepSync(20);
  }
  return seen;
}

export const SETTINGS = `{\n  "model": "opus",\n  "hooks": { "Stop": [] }\n}\n`;
export const settings = (world: World): string => world.text("home", ".claude", "settings.json");

export function claude(world: World): void {
  mkdirSync(join(world.home, ".claude"));
  writeFileSync(join(world.home, ".claude", "settings.json"), SETTINGS);
}

export const events = (world: World): string[] =>
  world.must("events", "--json").trim().split("\n").map((line) => JSON.parse(line).type as string);

/** The number of its run, 0 for none. */
export const runs = (world: World): number => shown(world).run?.n ?? 0;

/** Whether it has begun, or is going to within a moment. */
export function begun(world: World): boolean {
  let state = "";
  for (let tries = 0; tries < 10; tries++) {
    state = stateOf(world);
    if (state === "ACTIVE") break;
    Bun.sleepSync(50);
  }
  return state !== "CREATED";
}

export const messages = (world: World): number => shown(world).messageCount;

/** One whose supervisor and command are gone. */
export function lost(world: World): void {
  working(world);
  const { run } = shown(world);
  // The supervisor first, who would write down the end; a command that went on would be waited for.
  world.kill();
  process.kill(run.pid, "SIGKILL");
}

/** A tmux of the machine's own, ended with it. */
export function inTmux(world: World): void {
  const sockets = join(world.home, "tmux");
  mkdirSync(sockets);
  world.variables["TMUX_TMPDIR"] = sockets;
  world.endings.push(() => void world.run(["tmux", "kill-server"]));
}

/** A command at work in a window of screen. */
export function inScreen(world: World): void {
  const sockets = join(world.home, "screen");
  mkdirSync(sockets, { mode: 0o700 });
  world.variables["SCREENDIR"] = sockets;
  world.start(["screen", "-D", "-m", "-S", "there", world.berth, "run", "auth", "--", "sleep", "60"]);
  whenRunning(world);
}

/** A project with hooks that nobody has allowed yet. */
export function hooked(world: World): void {
  writeFileSync(join(world.root, ".berth.json"), `{"hooks":{"post-create":"true"}}\n`);
  world.git("add", ".berth.json");
  world.git("commit", "-qm", "hooks");
  auth(world);
}

export function trusted(world: World): void {
  hooked(world);
  world.must("trust");
}

/** How many runs of hooks are known. */
export const hooksRun = (world: World): number =>
  (shown(world).history as { kind: string }[])
    .filter(({ kind }) => kind === "hook").length;

/** Whether a hook runs. */
export const trust = (world: World): number | null => world.call("hook", "run", "auth", "post-create").status;

export const hosts = (world: World): boolean => world.must("fleet", "hosts", "--json").includes("devbox");

export const names = (world: World): (string | null)[] =>
  (JSON.parse(world.must("list", "--json")).sessions as { name: string | null }[]).map(({ name }) => name)
    .sort();

const session = (name: string, id: number) => ({
  id: `00000000-0000-4000-8000-00000000000${id}`,
  name,
  status: "idle",
  createdAt: "2026-01-01T00:00:00.000Z",
  lastActivity: "2026-01-01T00:00:00.000Z",
});

/** A document of two sessions, as another machine exported it. */
export const EXPORTED = JSON.stringify({ version: "1.0", sessions: [session("one", 1), session("two", 2)] });

/** What a client says to call a tool, and then to leave. */
export const rpc = (name: string, args: Readonly<Record<string, unknown>>): string =>
  [
    {
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "crash", version: "1" },
      },
    },
    { method: "notifications/initialized" },
    { id: 2, method: "tools/call", params: { name, arguments: args } },
  ].map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`).join("");

/** Sessions that somebody has looked at. */
export function lookedAt(world: World): number {
  const text = world.text("store", "events", "seen.json");
  return text === "" ? 0 : JSON.parse(text).seen.length;
}
