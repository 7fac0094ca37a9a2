/** How `berth help` looks: groups, columns, colours where a terminal wants them. */
import { expect, test } from "bun:test";
import { groupsOf } from "../../src/cli/commands/help.ts";
import { COMMANDS } from "../../src/cli/table.ts";
import { berth, run, scratch } from "../support/berth.ts";
import { Terminal } from "../support/terminal.ts";

const ESCAPE = "\x1b[";

const help = (env: Readonly<Record<string, string>>, ...args: string[]) =>
  run([berth, "help", ...args], { env });

test("the commands stand in groups, all of them in one column", async () => {
  const { stdout } = await help({});
  const titles = [...stdout.matchAll(/^(\S[^\n]*):\n {2}/gm)].map(([, title]) => title);
  expect(titles).toEqual([...groupsOf(COMMANDS).map(({ title }) => title), "Options of every command"]);
  const columns = [...stdout.matchAll(/^( {2}\S.*? {2,})\S/gm)].map(([, left = ""]) => left.length);
  expect(new Set(columns).size).toBe(1);
  expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
});

test.each(
  [
    [{}, false],
    [{ CLICOLOR_FORCE: "1" }, true],
    [{ CLICOLOR_FORCE: "1", TERM: "dumb" }, true],
    [{ CLICOLOR_FORCE: "0" }, false],
    [{ CLICOLOR_FORCE: "" }, false],
    [{ CLICOLOR_FORCE: "1", NO_COLOR: "1" }, false],
    [{ CLICOLOR_FORCE: "1", NO_COLOR: "" }, true],
  ] as const,
)("into a pipe, with %p: colours %p", async (env, coloured) => {
  for (const args of [[], ["get"]]) {
    const { stdout, status } = await help(env, ...args);
    expect([stdout.includes(ESCAPE), status]).toEqual([coloured, 0]);
  }
});

test("colours change nothing but the colour", async () => {
  const { stdout } = await help({ CLICOLOR_FORCE: "1" });
  // deno-lint-ignore no-control-regex -- it is what is looked for
  expect(stdout.replace(/\x1b\[[0-9;]*m/g, "")).toBe((await help({})).stdout);
});

test.each([
  ["", true],
  ["NO_COLOR=1", false],
  ["TERM=dumb", false],
  ["CLICOLOR=0", false],
])("in a terminal with %p: colours %p", async (variables, coloured) => {
  const home = scratch();
  const terminal = new Terminal(["bash", "--norc", "-i"], { home });
  try {
    // `script` hands on the terminal's own output, which a redirection would end.
    const asked = `script -qec 'env ${variables} ${berth} help id' ${home}/typescript >/dev/null; echo done`;
    expect(await terminal.line(asked, `${home}/out`)).toBe("done");
    const shown = await Bun.file(`${home}/typescript`).text();
    expect(shown).toContain("Usage:");
    expect(shown.replace(/^Script .*$/gm, "").includes(ESCAPE)).toBe(coloured);
  } finally {
    await terminal.close();
  }
});
