/** A hint names its session so that it means that one where it is typed, whatever other project has the name too. */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth } from "../../support/berth.ts";
import { at, type Project, project } from "../../support/project.ts";

/** A session `auth` with an uncommitted file in each of two projects of one store, and a directory that is in neither. */
async function twins(name: string): Promise<{ one: Project; other: Project; nowhere: Project }> {
  const one = await project();
  const inside = (directory: string) => {
    mkdirSync(directory);
    return at(directory, one.home, one.store, one.env);
  };
  const other = inside(join(one.home, "..", name));
  await other.git("init", "-q");
  await other.git("commit", "-q", "--allow-empty", "-m", "one");
  for (const p of [one, other]) {
    await p.ok("new", "auth");
    writeFileSync(join(await p.worktree("auth"), "new"), p.root);
  }
  return { one, other, nowhere: inside(join(one.home, "nowhere")) };
}

/** The commands of berth that a text has in quotes. */
const commandsIn = (text: string): string[] =>
  [...text.matchAll(/"(berth .*?)"/g)].map(([, command = ""]) => command);

/** @returns what the command says */
async function type(p: Project, command: string): Promise<string> {
  const { status, stderr } = await p.in(p.root, ["bash", "-c", command.replace(/^berth/, berth)]);
  expect([command, status, stderr]).toEqual([command, 0, stderr]);
  return stderr;
}

test.each(["twin", "my r'o $(twin)"])(
  "destroyed and undone by its hints, from another project: %s",
  async (name) => {
    const { one, other, nowhere } = await twins(name);
    const [mine, others] = [await one.worktree("auth"), await other.worktree("auth")];
    for (const from of [one, nowhere]) {
      const { stderr } = await from.berth("destroy", `${name}/auth`, "--cleanup");
      const [force = "", undo = ""] = commandsIn(stderr.slice(stderr.indexOf("hint:")));
      expect(force).toContain("--force");
      const said = await type(from, force);
      expect([existsSync(join(mine, "new")), existsSync(others)]).toEqual([true, false]);
      expect(commandsIn(said)).toContain(undo);
      await type(from, undo);
      expect([existsSync(join(mine, "new")), existsSync(join(others, "new"))]).toEqual([true, true]);
    }
    // Where the name alone means it there is nothing in front of it.
    const { stderr } = await other.berth("destroy", "auth", "--cleanup");
    expect(stderr).toContain('"berth destroy auth --cleanup --force"');
  },
);

test("finish, a restore without its worktree and doctor name the session of another project so", async () => {
  const { one, other } = await twins("twin");
  expect((await one.berth("finish", "twin/auth")).stderr).toContain('"berth diff twin/auth"');
  await other.ok("destroy", "auth", "--cleanup", "--force");
  expect((await one.berth("restore", "twin/auth")).stderr).toContain('"berth restore twin/auth --worktree"');
  expect(await one.ok("doctor")).toContain('"berth destroy twin/auth"');
  await one.ok("restore", "twin/auth", "--worktree");
  const worktree = await other.worktree("auth");
  renameSync(worktree, `${worktree}.away`);
  expect((await one.berth("path", "twin/auth", "--worktree")).stderr).toContain('"berth destroy twin/auth"');
});
