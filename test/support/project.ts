import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import type { SessionRecord } from "../../src/store/record.ts";
import { berth, type Options, type Result, run, scratch } from "./berth.ts";

/** A home, a store and a git repository of a test's own. */
export interface Project {
  readonly home: string;
  readonly store: string;
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  berth(...args: string[]): Promise<Result>;
  /** As `berth`, which must succeed. */
  ok(...args: string[]): Promise<string>;
  /** As `berth`, which must fail; the code of its error and its exit status. */
  refused(...args: string[]): Promise<{ code: string; status: number; message: string }>;
  in(directory: string, command: readonly string[], options?: Options): Promise<Result>;
  /** git in the root, or with `-C`; it must succeed. */
  git(...args: string[]): Promise<string>;
  write(path: string, text: string): void;
  session(name: string): Promise<SessionRecord>;
  worktree(name: string): Promise<string>;
  /** Files in one of the store's folders. */
  stored(folder: string): string[];
}

const GITCONFIG = `[user]
	email = berth@example.invalid
	name = berth
[init]
	defaultBranch = main
[protocol "file"]
	allow = always
`;

export async function project(how: "commit" | "empty" | "bare" | "none" = "commit"): Promise<Project> {
  const top = scratch("berth-sessions-");
  const [home, store, root] = [join(top, "home"), join(top, "store"), join(top, "project")];
  for (const path of [home, root]) mkdirSync(path);
  const env = { HOME: home, BERTH_HOME: store, GIT_CONFIG_NOSYSTEM: "1" };
  writeFileSync(join(home, ".gitconfig"), GITCONFIG);
  const made = at(root, home, store, env);
  if (how === "none") return made;
  await made.git("init", "-q", ...how === "bare" ? ["--bare"] : []);
  if (how === "commit") {
    made.write("file.txt", "one\n");
    await made.git("add", ".");
    await made.git("commit", "-qm", "one");
  }
  return made;
}

/** The same home and store with another directory. */
export function at(
  root: string,
  home: string,
  store: string,
  env: Readonly<Record<string, string>>,
): Project {
  const inside = (directory: string, command: readonly string[], options: Options = {}) =>
    run(command, { ...options, cwd: directory, env: { ...env, ...options.env } });
  const call = (...args: string[]) => inside(root, [berth, ...args]);
  const self: Project = {
    home,
    store,
    root,
    env,
    berth: call,
    async ok(...args) {
      const { stdout, stderr, status } = await call(...args);
      if (status !== 0) throw new Error(`berth ${args.join(" ")} ended with ${status}:\n${stderr}`);
      return stdout;
    },
    async refused(...args) {
      const end = args.indexOf("--");
      const words = end < 0 ? [...args, "--json"] : args.toSpliced(end, 0, "--json");
      const { stdout, stderr, status } = await call(...words);
      if (status === 0) throw new Error(`berth ${args.join(" ")} was not refused:\n${stdout}`);
      const line = stderr.split("\n").find((one) => one.startsWith('{"error"'));
      const { error } = JSON.parse(line ?? `{"error":{"code":"none","message":${JSON.stringify(stderr)}}}`);
      return { code: error.code, status, message: error.message };
    },
    in: inside,
    async git(...args) {
      const { stdout, stderr, status } = await inside(root, ["git", ...args]);
      if (status !== 0) throw new Error(`git ${args.join(" ")} ended with ${status}:\n${stderr}`);
      return stdout;
    },
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    session: async (name) => JSON.parse(await self.ok("show", name, "--json")).session,
    worktree: async (name) => (await self.session(name)).project?.worktree ?? "",
    stored(folder) {
      try {
        return readdirSync(join(store, folder)).filter((name) => name.endsWith(".session.json"));
      } catch {
        return [];
      }
    },
  };
  return self;
}

export const read = (path: string): string => readFileSync(path, "utf8");

/**
 * Put a `git` of a test's own before the real one.
 *
 * @param script for sh, where `$GIT` is the real one
 * @returns the variables for commands that are to meet it
 */
export function gitBy(p: Project, script: string): { env: Record<string, string> } {
  const bin = join(p.home, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "git"), `#!/bin/sh\nGIT=${Bun.which("git")}\n${script}\n`, { mode: 0o755 });
  return { env: { PATH: `${bin}:${process.env["PATH"]}` } };
}
