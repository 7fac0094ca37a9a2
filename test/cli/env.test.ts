/** Variables that speak of a terminal: which are named, and that each shell takes them away by the line. */
import { expect, test } from "bun:test";
import { launcherFindings } from "../../src/cli/commands/doctor/launcher.ts";
import { TERMINAL_VARIABLES } from "../../src/cli/commands/env-variables.ts";
import { berth, run, scratch } from "../support/berth.ts";

const SET = { TMUX: "/tmp/x,1,0", TMUX_PANE: "%1", BERTH_SESSION_ID: "x", WINDOWID: "", SSH_CONNECTION: "a" };
const NAMES = ["BERTH_SESSION_ID", "TMUX", "TMUX_PANE", "WINDOWID"];

test("only what is set is named, an empty one too; what stays true is not", async () => {
  expect(await run([berth, "env", "--clean"], { env: SET })).toEqual({
    stdout: `unset ${NAMES.join(" ")}\n`,
    stderr: "",
    status: 0,
  });
  expect(JSON.parse((await run([berth, "env", "--json"], { env: SET })).stdout)).toEqual({
    schema: 1,
    unset: NAMES,
  });
  for (const words of [["env"], ["env", "--clean"], ["env", "--clean", "--shell", "nu"]]) {
    expect(await run([berth, ...words])).toEqual({ stdout: "", stderr: "", status: 0 });
  }
  expect((await run([berth, "env"], { env: SET })).stdout).toMatch(/^TMUX_PANE\s+tmux\s+a pane$/m);
});

test("BERTH_SESSION is the user's unless a run of ours set it", async () => {
  const clean = async (env: Record<string, string>) => (await run([berth, "env", "--clean"], { env })).stdout;
  expect(await clean({ BERTH_SESSION: "mine" })).toBe("");
  expect(await clean({ BERTH_SESSION: "ours", BERTH_RUN: "1" })).toBe("unset BERTH_RUN BERTH_SESSION\n");
});

test.each([
  ["sh", ["sh", "-c"], `eval "$(${berth} env --clean)"; env`],
  ["sh", ["bash", "-euc"], `eval "$(${berth} env --clean)"; env`],
  ["sh", ["zsh", "-fc"], `eval "$(${berth} env --clean)"; env`],
  ["fish", ["fish", "-N", "-c"], `${berth} env --clean --shell fish | source; env`],
])("%s: none of them is left (%p)", async (_, shell, script) => {
  const env = Object.fromEntries(TERMINAL_VARIABLES.map(({ name }) => [name, "leaked"]));
  const before = await run(["env"], { env });
  expect(before.stdout.match(/=leaked$/gm)?.length).toBe(TERMINAL_VARIABLES.length);
  const { stdout, status } = await run([...shell, script], { env: { ...env, HOME: scratch() } });
  expect([status, stdout.match(/^.*=leaked$/gm)]).toEqual([0, null]);
  expect(stdout).toContain("PATH=");
});

test("doctor tells of the launcher where this process is its, and not where the variable was inherited", async () => {
  const self = { pid: 10, ppid: 9, execPath: "/p/berth" } as typeof process;
  const codes = (noted: string | undefined) => launcherFindings(noted, self).map(({ code }) => code);
  expect(codes("10:/m/bin/berth.cjs")).toEqual(["started_by_node"]);
  expect(codes("9:/m/bin/berth.cjs")).toEqual(["started_by_node"]);
  for (const noted of ["8:/m/berth.cjs", "109:/m/berth.cjs", "", "x", ":/m", undefined]) {
    expect(codes(noted)).toEqual([]);
  }
  // The parent of the program is the shell itself, as the launcher would be.
  const told = await run(["sh", "-c", `BERTH_LAUNCHER="$$:/m/berth.cjs" ${berth} doctor --json; true`]);
  expect(told.stdout).toContain("started_by_node");
  const nested = await run([
    "sh",
    "-c",
    `BERTH_LAUNCHER="$$:/m/berth.cjs" sh -c '${berth} doctor --json; true'`,
  ]);
  expect(nested.stdout).not.toContain("started_by_node");
});
