/**
 * Git dies too: before a call of it begins, after it is through, and at each of its own calls that change something. A
 * program of that name in front of the real one counts the calls, and ends the one that is meant.
 */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Call } from "./points.ts";
import type { Ended, World } from "./world.ts";

export interface GitPoint {
  /** Which call of git, from 1. */
  readonly at: number;
  /** `before`, `after`, or the system call and its number in the process that makes it (`rename 2`). */
  readonly how: string;
}

const CALLS = ["rename", "renameat2", "mkdir", "rmdir", "unlink", "unlinkat", "link", "symlink", "ftruncate"];

const WRAPPER = `#!/bin/sh
# Several run at the same time.
n=$(flock "$CRASH_DIR/lock" sh -c 'echo $(($(cat "$0" 2>/dev/null || echo 0) + 1)) > "$0"; cat "$0"' "$CRASH_DIR/count")
trace="strace -f -qq -e trace=$CRASH_CALLS"
case "$n:$CRASH_HOW" in
"$CRASH_AT:before") kill -9 $$ ;;
"$CRASH_AT:after") "$CRASH_GIT" "$@"; kill -9 $$ ;;
*:trace) exec $trace -o "$CRASH_DIR/git.$n" -- "$CRASH_GIT" "$@" ;;
"$CRASH_AT:"*) exec $trace -o /dev/null -e "inject=\${CRASH_HOW% *}:signal=KILL:when=\${CRASH_HOW#* }" -- "$CRASH_GIT" "$@" ;;
esac
exec "$CRASH_GIT" "$@"
`;

/** Run the command with git in our hands. */
function withGit(world: World, { args, env, ...more }: Call, at: number, how: string): Ended {
  const directory = join(world.top, "git");
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  writeFileSync(join(directory, "git"), WRAPPER);
  chmodSync(join(directory, "git"), 0o755);
  return world.run([world.berth, ...args], {
    ...more,
    env: {
      ...env,
      PATH: `${directory}:${process.env["PATH"] ?? ""}`,
      CRASH_DIR: directory,
      CRASH_GIT: Bun.which("git") ?? "git",
      CRASH_CALLS: CALLS.map((call) => `?${call}`).join(","),
      CRASH_AT: String(at),
      CRASH_HOW: how,
    },
  });
}

/** The points of one run, which is made. */
export function gitPointsOf(world: World, call: Call): { points: GitPoint[]; ended: Ended } {
  const ended = withGit(world, call, 0, "trace");
  const calls = Number(world.text("..", "git", "count"));
  const points: GitPoint[] = [];
  for (let at = 1; at <= calls; at++) {
    const counts = new Map<string, number>();
    for (const line of world.text("..", "git", `git.${at}`).split("\n")) {
      const [, pid = "", call = ""] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
      if (CALLS.includes(call)) counts.set(`${pid} ${call}`, (counts.get(`${pid} ${call}`) ?? 0) + 1);
    }
    const inside = new Set(
      [...counts].flatMap(([key, n]) =>
        Array.from({ length: n }, (_, index) => `${key.split(" ")[1]} ${index + 1}`)
      ),
    );
    points.push(...["before", ...inside, "after"].map((how) => ({ at, how })));
  }
  return { points, ended };
}

export const runWithGit = (world: World, call: Call, { at, how }: GitPoint): Ended =>
  withGit(world, call, at, how);
