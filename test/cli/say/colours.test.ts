/** One rule for colours, in every command that prints for people. */
import { beforeAll, expect, test } from "bun:test";
import { Glob } from "bun";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { coloursOf, decidedColours, statusMarked, wantsColours } from "../../../src/cli/say/colours.ts";
import { COMMANDS } from "../../../src/cli/table.ts";
import { berth, root, run } from "../../support/berth.ts";
import { type Project, project } from "../../support/project.ts";
import { Terminal } from "../../support/terminal.ts";

// deno-lint-ignore no-control-regex -- it is what is looked for
const MARKS = /\x1b\[[0-9;]*m/g;
const FORCED = { CLICOLOR_FORCE: "1" };
const REFUSED = { ...FORCED, NO_COLOR: "1" };

let made: Project;
beforeAll(async () => {
  made = await project();
  await made.ok("new", "auth");
  await made.ok("set", "key", "value", "--session-id", (await made.session("auth")).id);
  await made.ok("status", "auth", "waiting");
  await Bun.write(join(await made.worktree("auth"), "file.txt"), "two\n");
  await made.ok("fleet", "add", "box", "--ssh", "box.invalid");
});

/** What prints for people, and has something here to show in colour. */
const MARKED: readonly (readonly string[])[] = [
  ["help"],
  ["help", "get"],
  ["get", "--help"],
  [],
  ["explain"],
  ["list"],
  ["list", "--git"],
  ["top", "--once"],
  ["show", "auth"],
  ["status", "auth"],
  ["agent", "status"],
  ["fleet", "hosts"],
  ["clean", "--dry-run"],
  ["prune"],
  ["diff", "auth"],
];

/** All others that only look. What they print is data, or has nothing that stands out. */
const UNMARKED: readonly (readonly string[])[] = [
  ["id"],
  ["version"],
  ["get", "--session-id", "auth"],
  ["keys", "--session-id", "auth"],
  ["history", "auth"],
  ["path", "auth"],
  ["config"],
  ["events"],
  ["export"],
  ["completions", "bash"],
  ["init", "bash"],
  ["help", "errors"],
  ["list", "--json"],
  ["top", "--json"],
  ["no-such-command"],
];

const without = (text: string) => text.replace(MARKS, "").replace(/\d+(?:\.\d+)? ms/g, "_ ms");
const call = (args: readonly string[], env: Record<string, string>) =>
  run([berth, ...args], { cwd: made.root, env: { ...made.env, ...env } });

test.each(MARKED.map((args) => [args.join(" "), args] as const))("berth %s", async (_, args) => {
  const [plain, forced, refused] = [
    await call(args, { COLUMNS: "120" }),
    await call(args, { COLUMNS: "120", ...FORCED, TERM: "dumb" }),
    await call(args, { COLUMNS: "120", ...REFUSED }),
  ];
  expect(`${plain.stdout}${plain.stderr}${refused.stdout}${refused.stderr}`).not.toContain("\x1b");
  expect(`${forced.stdout}${forced.stderr}`).toMatch(MARKS);
  if (args[0] === "explain") return;
  // Colours change nothing but the colour.
  expect(without(forced.stdout)).toBe(without(plain.stdout));
});

test.each(UNMARKED.map((args) => [args.join(" "), args] as const))("berth %s has none", async (_, args) => {
  const { stdout, stderr } = await call(args, FORCED);
  expect(`${stdout}${stderr}`).not.toContain("\x1b[");
});

test("in a terminal NO_COLOR and TERM=dumb take all of them away", async () => {
  const lines = MARKED.filter(([name]) => name !== "diff").map((args) => `${berth} ${args.join(" ")}`);
  for (const [variables, coloured] of [["", true], ["NO_COLOR=1", false], ["TERM=dumb", false]] as const) {
    const terminal = new Terminal(["sh"], { home: made.home, cwd: made.root, env: made.env });
    try {
      const script = join(made.home, "all.sh");
      await Bun.write(script, lines.map((line) => `env ${variables} ${line}`).join("\n"));
      terminal.type(`sh ${script}; echo EN""D\r`);
      await terminal.shows(/END/, 60_000);
      expect(terminal.output.replaceAll("\x1b[?2004h", "").includes("\x1b[")).toBe(coloured);
    } finally {
      await terminal.close();
    }
  }
}, 90_000);

test("NO_COLOR wins over CLICOLOR_FORCE, that over TERM=dumb and a pipe", () => {
  for (const NO_COLOR of [undefined, "", "0", "1"]) {
    for (const CLICOLOR_FORCE of [undefined, "", "0", "1", "yes"]) {
      for (const TERM of [undefined, "dumb", "xterm"]) {
        for (const terminal of [true, false]) {
          const forced = CLICOLOR_FORCE === "1" || CLICOLOR_FORCE === "yes";
          const wanted = NO_COLOR ? false : forced ? true : terminal && TERM !== "dumb";
          const variables = { NO_COLOR, CLICOLOR_FORCE, TERM };
          expect(wantsColours(variables, () => terminal)).toBe(wanted);
          expect(decidedColours(variables) ?? terminal).toBe(wanted);
        }
      }
    }
  }
});

test("a mark ends on its line, and only what is known has one", () => {
  const colours = coloursOf({ variables: FORCED, isTerminal: () => false });
  expect(colours.heading("a\nb\n")).toBe("\x1b[1ma\x1b[0m\n\x1b[1mb\x1b[0m\n");
  expect(statusMarked(colours, "waiting", "w")).toBe("\x1b[33mw\x1b[0m");
  expect(statusMarked(colours, "toString", "w")).toBe("w");
});

test("nobody but the rule knows of it, and who marks otherwise asks it", () => {
  const found = (pattern: RegExp) =>
    [...new Glob("src/**/*.ts").scanSync(root)].filter((path) =>
      pattern.test(readFileSync(join(root, path), "utf8"))
    ).sort();
  expect(found(/NO_COLOR|CLICOLOR/)).toEqual(["src/cli/say/colours.ts"]);
  // \x1b[0m takes marks away, which needs no leave.
  const marking = found(/\\(?:x1b|u001b)\[(?:[1-9]|\$\{)[\d;{}a-z$]*m/);
  expect(marking).toEqual(["src/cli/say/colours.ts"]);
});

test("every command that prints a table or a heading is tried here", () => {
  const tried = new Set([...MARKED, ...UNMARKED].map(([name]) => name));
  const users = [...new Glob("src/cli/commands/**/*.ts").scanSync(root)].filter((path) =>
    readFileSync(join(root, path), "utf8").includes("say/colours.ts")
  ).map((path) => path.slice("src/cli/commands/".length).split(/[/.]/)[0] ?? "");
  const names: Record<string, string> = { "list-table": "list", "git-shown": "diff", where: "" };
  const wanted = users.map((name) => names[name] ?? name).filter((name) => name in COMMANDS);
  // These have nothing to show in such a small project.
  const empty = ["archives", "env", "doctor", "events"];
  expect(wanted.filter((name) => !tried.has(name) && !empty.includes(name))).toEqual([]);
});
