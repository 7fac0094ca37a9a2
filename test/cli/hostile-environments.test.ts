/**
 * Two hundred environments that deny a program something, six commands in each: a command works, or ends with a code
 * and a hint. `test/hostile/outcomes.txt` is the table: `BERTH_WRITE_OUTCOMES=1` writes it anew.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { BELOW, type Environment, ENVIRONMENTS } from "../hostile/environments.ts";
import { type Cell, COMMANDS, CRASH, trial } from "../hostile/outcome.ts";
import { root, scratch } from "../support/berth.ts";

const FILE = join(root, "test/hostile/outcomes.txt");
const SEPARATOR = " | ";
const wanted = new Map(
  (existsSync(FILE) ? readFileSync(FILE, "utf8").trimEnd().split("\n") : []).map((line) => {
    const at = line.indexOf(SEPARATOR);
    return [line.slice(at + SEPARATOR.length), line.slice(0, at).trimEnd()] as const;
  }),
);
const lines: string[] = [];

/** Who is not root makes no mounts, and gives nothing away. */
const isRoot = process.getuid?.() === 0;
const needsRoot = ({ mount, before = [] }: Environment) =>
  mount !== undefined || ["unshare", "setpriv", "chrt"].some((word) => before.includes(word));
const possible = (all: readonly Environment[]) => all.filter((one) => isRoot || !needsRoot(one));

const tried = await trial(scratch("berth-hostile-"));

const named = (all: readonly Environment[]) => all.map((one) => [one.name, one] as const);
const isSilent = ({ streams = "" }: Environment) => streams.includes("2>");

function fault({ stdout, stderr, status }: Cell, environment: Environment): string | null {
  const said = stdout + stderr;
  if (CRASH.test(said)) return "it crashed";
  if (status > 127) return `it ended with ${status}`;
  if (status !== 0 && !isSilent(environment) && !/hint: /.test(said)) return "it failed without a hint";
  return null;
}

test("the table has two hundred environments, each of another name", () => {
  expect(new Set(ENVIRONMENTS.map(({ name }) => name)).size).toBe(ENVIRONMENTS.length);
  expect(ENVIRONMENTS.length).toBeGreaterThanOrEqual(200);
});

describe("in an environment with", () => {
  test.each(named(possible(ENVIRONMENTS)))("%s", async (name, environment) => {
    const cells: Cell[] = [];
    for (const command of COMMANDS) cells.push(await tried.cell(environment, command));
    const faults = cells.map((cell) => [cell.command, fault(cell, environment), cell.stdout + cell.stderr]);
    expect(faults.filter(([, what]) => what !== null)).toEqual([]);
    const outcome = cells.map(({ status }) => status === 0 ? "ok" : String(status)).join(" ");
    lines.push(`${outcome.padEnd(20)}${SEPARATOR}${name}`);
    if (process.env["BERTH_WRITE_OUTCOMES"] === undefined) {
      expect(outcome).toBe(wanted.get(name) ?? "not in the table");
    }
  });
});

describe("the runtime does not start with", () => {
  test.each(named(BELOW))("%s", async (_, environment) => {
    expect((await tried.cell(environment, ["id"])).status).not.toBe(0);
  });
});

afterAll(() => {
  if (process.env["BERTH_WRITE_OUTCOMES"] !== undefined) writeFileSync(FILE, `${lines.join("\n")}\n`);
});
