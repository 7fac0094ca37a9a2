/** How a session's processes are ended, and what is written down of it. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../support/berth.ts";
import { project } from "../../support/project.ts";
import { gone, isActive, lives, supervisor } from "../../support/runs.ts";

test.each([143, 130, 129])(
  "a command that ends with %d when it is stopped was stopped, and did not fail",
  async (code) => {
    const p = await project();
    await p.ok("new", "auth", "--no-worktree");
    const child = supervisor(
      p,
      "run",
      "auth",
      "--",
      "sh",
      "-c",
      `trap "exit ${code}" TERM; sleep 600 & wait`,
    );
    await isActive(p);
    await p.ok("stop", "auth");
    expect(await child.exited).toBe(code);
    const { status, run, lastError } = await p.session("auth");
    expect([status, run?.exitCode, lastError]).toEqual(["stopped", code, undefined]);
    // By itself it would have failed.
    expect((await p.berth("run", "auth", "--", "sh", "-c", `exit ${code}`)).status).toBe(code);
    expect((await p.session("auth")).status).toBe("error");
  },
);

test("a supervisor that was stopped goes on, so that it writes down how the command ended", async () => {
  const p = await project();
  await p.ok("new", "auth", "--no-worktree");
  const child = supervisor(p, "run", "auth", "--", "sleep", "600");
  await isActive(p);
  process.kill(child.pid, "SIGSTOP");
  await p.ok("stop", "auth");
  expect(await child.exited).toBe(143);
  expect((await p.session("auth")).run).toMatchObject({ state: "CLEANED", exitCode: 143, reason: "stopped" });
});

test("what traps SIGTERM in a session of its own is killed when the time is over, and named", async () => {
  const p = await project();
  await p.ok("new", "auth", "--no-worktree");
  const file = join(p.home, "pid");
  const stray = `trap "" TERM; echo $$ > ${file}; while :; do sleep 1; done`;
  await p.ok("run", "auth", "--", "sh", "-c", `setsid sh -c '${stray}' < /dev/null > /dev/null 2>&1 &`);
  const pid = await until(
    "it",
    () => existsSync(file) ? Number(readFileSync(file, "utf8")) || undefined : undefined,
  );
  expect(lives(pid)).toBe(true);
  const { ended, left } = JSON.parse(await p.ok("stop", "auth", "--timeout", "0.2", "--json"));
  expect(ended.map((one: { pid: number }) => one.pid)).toContain(pid);
  expect(left).toEqual([]);
  await gone(pid);
});
