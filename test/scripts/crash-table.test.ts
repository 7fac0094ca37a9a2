/** No command is forgotten: each is in the table of crash points, or is seen here to change nothing. */
import { afterAll, expect, test } from "bun:test";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { ACTIONS } from "../../src/cli/commands/agent/agent.ts";
import { OPERATIONS as FLEET } from "../../src/cli/commands/fleet/fleet.ts";
import { OPERATIONS as FS } from "../../src/cli/commands/fs.ts";
import { OPERATIONS as SHARED } from "../../src/cli/commands/shared/shared.ts";
import { COMMANDS } from "../../src/cli/table.ts";
import { COMMANDS as ROWS } from "../../scripts/crash/commands.ts";
import { auth, set } from "../../scripts/crash/sights.ts";
import { ELSEWHERE, REFUSED, UNCHANGING } from "../../scripts/crash/unchanging.ts";
import { World } from "../../scripts/crash/world.ts";

const INNER: Readonly<Record<string, object>> = { agent: ACTIONS, fleet: FLEET, fs: FS, shared: SHARED };

const all = Object.keys(COMMANDS).flatMap((name) =>
  Object.hasOwn(INNER, name) ? Object.keys(INNER[name] ?? {}).map((word) => `${name} ${word}`) : [name]
);

/** What a row runs, by the words that say so. */
function commandOf({ args, command }: (typeof ROWS)[number]): string {
  if (typeof args === "function") return command ?? "a row whose command is not said";
  const [name = "", word = ""] = args;
  return Object.hasOwn(INNER, name) ? `${name} ${word}` : name;
}

test("every command is in the table, or among those that change nothing, or has its reason", () => {
  const rows = [...new Set(ROWS.map(commandOf))];
  const told = [...rows, ...Object.keys(UNCHANGING), ...Object.keys(ELSEWHERE)];
  expect(told.sort()).toEqual(all.sort());
});

const world = new World();
afterAll(() => world[Symbol.dispose]());
world.prepare((made) => {
  auth(made);
  set("a", "1")(made);
  made.program("ssh", `#!/bin/sh\nfor last; do :; done; exec sh -c "$last"\n`);
  made.must("fleet", "add", "here", "--berth", made.berth);
});

/** All files with what is in them and when that was written; locks come and go. */
const files = (): string[] =>
  readdirSync(world.dir, { recursive: true, encoding: "utf8" }).filter((name) => !name.endsWith(".lock"))
    .sort().map((name) => {
      const path = join(world.dir, name);
      const stat = lstatSync(path);
      if (stat.isDirectory()) return name;
      const content = stat.isSymbolicLink() ? readlinkSync(path) : Bun.hash(readFileSync(path));
      return `${name} ${stat.mode} ${stat.mtimeMs} ${content}`;
    });

test.each(Object.entries(UNCHANGING))("%s changes nothing", (name, words) => {
  const before = files();
  const { status, out, err } = world.call(...words);
  expect(out + err).not.toContain("Unknown");
  expect(status === 0).toBe(!REFUSED.includes(name));
  expect(files()).toEqual(before);
});

test("a command that writes is seen to", () => {
  const before = files();
  world.must("touch", "--session-id", "work");
  expect(files()).not.toEqual(before);
});
