/** Directories that are not what they look like, and what is kept of a workspace. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { gitIn } from "../../../src/sessions/git/git.ts";
import { failureOf } from "../../support/store.ts";
import { at, project } from "../../support/project.ts";

describe("where a repository is", () => {
  test("a bare repository beside another one keeps its worktrees inside", async () => {
    const p = await project();
    await p.git("clone", "-q", "--bare", p.root, join(p.root, "back.git"));
    await p.git("-C", "back.git", "config", "core.bare", "true");
    const bare = at(join(p.root, "back.git"), p.home, p.store, p.env);
    await bare.ok("new", "auth");
    expect((await bare.session("auth")).project?.root).toBe(bare.root);
    expect(await p.git("worktree", "list")).not.toContain(".worktrees");
  });

  test("--path is followed as the kernel does: what is behind a link counts, not its spelling", async () => {
    const [p, other] = [await project(), await project()];
    mkdirSync(join(other.root, "inside"));
    symlinkSync(join(other.root, "inside"), join(p.root, "link"));
    await p.ok("new", "auth", "--path", join(p.root, "link"));
    expect((await p.session("auth")).project?.root).toBe(other.root);
    // `link/..` by its spelling is the directory that the link is in.
    await p.ok("new", "here", "--path", "link/..");
    expect((await p.session("here")).project?.root).toBe(p.root);
    expect(await p.git("branch", "--list", "feature/*")).toContain("feature/here");
  });

  test("a directory that is gone is no missing git", async () => {
    const { code, exit } = await failureOf(() => gitIn("/nonexistent/worktree", process.env)(["version"]));
    expect([code, exit]).toEqual(["bad_directory", 1]);
    const nowhere = { PATH: "/nonexistent" };
    expect((await failureOf(() => gitIn("/", nowhere)(["version"]))).code).toBe("git_missing");
  });
});

test("no link leads a command out of the project, nor an import", async () => {
  const p = await project();
  await p.ok("new", "auth");
  const worktree = await p.worktree("auth");
  const outside = join(p.home, "outside");
  mkdirSync(join(outside, basename(worktree)), { recursive: true });
  renameSync(dirname(worktree), join(p.home, "kept"));
  symlinkSync(outside, dirname(worktree));
  expect(await p.refused("run", "auth", "--", "pwd")).toMatchObject({ code: "worktree_refused", status: 6 });
  const file = join(p.home, "sessions.json");
  writeFileSync(file, await p.ok("export"));
  await p.ok("destroy", "auth");
  expect(await p.refused("import", file)).toMatchObject({ code: "worktree_refused", status: 6 });
  expect(p.stored("sessions")).toEqual([]);
});

test("a session that was destroyed and restored is rebuilt as any other when its record is lost", async () => {
  const p = await project();
  await p.ok("new", "auth");
  const { id } = await p.session("auth");
  await p.ok("destroy", "auth");
  const [archive] = JSON.parse(await p.ok("archives", "--json")).archives;
  await p.ok("restore", archive.name);
  rmSync(join(p.store, "sessions", `${id}.session.json`));
  await p.ok("doctor", "--fix");
  expect((await p.session("auth")).id).toBe(id);
});

test("a date that no record can hold is a fault of the file", async () => {
  const p = await project();
  await p.ok("new", "auth");
  const text = await p.ok("export");
  const file = join(p.home, "sessions.json");
  for (const date of ["+275760-09-13T00:00:00.000Z", "-000001-01-01T00:00:00.000Z", "soon"]) {
    writeFileSync(file, text.replace(/"createdAt": ?"[^"]*"/, `"createdAt":"${date}"`));
    expect([date, await p.refused("import", file)]).toMatchObject([date, {
      code: "bad_workspace_file",
      status: 7,
    }]);
  }
});

test("a file whose name looks like a pattern of git's is copied like any other", async () => {
  const p = await project();
  p.write(".gitignore", "*.env\n");
  p.write(".worktreeinclude", "*.env\n");
  for (const name of ["good.env", ":!x.env", ":(top)y.env"]) p.write(name, name);
  await p.ok("new", "auth");
  const there = readdirSync(await p.worktree("auth")).filter((name) => name.endsWith(".env"));
  expect(there.toSorted()).toEqual([":!x.env", ":(top)y.env", "good.env"]);
});

test("a workspace's document that is damaged goes to quarantine, and its hooks are to be trusted anew", async () => {
  const p = await project();
  await p.ok("new");
  const [name = ""] = readdirSync(join(p.store, "workspaces"));
  const file = join(p.store, "workspaces", name);
  for (const damage of ["{", '{"schema":1,"root":"/elsewhere"}', ""]) {
    writeFileSync(file, damage);
    expect(await p.refused("new")).toMatchObject({ code: "corrupt_record", status: 7 });
    const { findings } = JSON.parse((await p.berth("doctor", "--json")).stdout);
    expect(findings).toMatchObject([{ code: "corrupt_record", message: expect.stringContaining(name) }]);
    await p.ok("doctor", "--fix");
    expect(JSON.parse(await p.ok("doctor", "--json")).ok).toBe(true);
    const kept = readdirSync(join(p.store, "quarantine")).filter((one) => one.startsWith("workspace-"));
    expect(await Bun.file(join(p.store, "quarantine", kept.toSorted().at(-1) ?? "")).text()).toBe(damage);
    for (const one of kept) await Bun.file(join(p.store, "quarantine", one)).delete();
  }
  expect(await p.ok("new")).toMatch(/^feature-\d{4}-\d\d-\d\d-002\n$/);
});
