/** A day by keys, in a tmux pane of 80 by 24 with the hook of bash: from a session that is made to the merged branch. */
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { berth, run, until } from "../../support/berth.ts";
import { project, read } from "../../support/project.ts";

const ended: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ended) await end();
});

test("new, cd, diff, list --git, finish from below the worktree: the shell comes out at the base", async () => {
  const p = await project();
  const socket = mkdtempSync(join(tmpdir(), "t-"));
  // The hook calls a program in a temporary directory by its name.
  const bin = join(p.home, "bin");
  mkdirSync(bin);
  symlinkSync(berth, join(bin, "berth"));
  const PATH = `${bin}:${process.env["PATH"]}`;
  const tmux = async (...args: string[]) =>
    (await run(["tmux", ...args], { env: { TMUX_TMPDIR: socket, HOME: p.home, PATH } })).stdout;
  ended.push(async () => {
    await tmux("kill-server");
    rmSync(socket, { recursive: true, force: true });
  });
  const env = Object.entries(p.env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  const size = ["-x", "80", "-y", "24"];
  await tmux("new-session", "-d", "-s", "day", ...size, "-c", p.root, ...env, "bash --norc --noprofile");
  /** Type a line, and wait for what the pane shows then. */
  const typed = async (line: string, shows: RegExp) => {
    await tmux("send-keys", "-t", "day", `clear; ${line}`, "Enter");
    return await until(`${shows} after ${line}`, async () => {
      const pane = await tmux("capture-pane", "-p", "-t", "day");
      return shows.test(pane) ? pane : undefined;
    });
  };
  await typed(`PS1='> '; eval "$(berth init bash)"; echo hook""ed`, /^hooked$/m);
  await typed("berth new auth", /branch feature\/auth, from main/);
  await typed("berth cd auth && basename $PWD", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/m);
  await typed(
    "mkdir -p deep && cd deep && echo mine > new.txt && berth diff -- --stat | cat",
    /new\.txt \| 1 \+/,
  );
  await typed("git add -A && git commit -qm work && echo commit''ted", /^committed$/m);
  // On a busy machine a look may take longer than it is given.
  const list = await until("git's answer", async () => {
    const pane = await typed("berth list --here --git; echo li''sted", /^listed$/m);
    return /auth +- +↑1/.test(pane) ? pane : undefined;
  });
  expect(Math.max(...list.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  await typed("berth finish; pwd | tail -c 9", /^\/project$/m);
  expect(read(join(p.root, "deep/new.txt"))).toBe("mine\n");
  expect(await p.git("log", "-1", "--format=%s", "main")).toBe("work\n");
  expect(p.stored("sessions")).toEqual([]);
});
