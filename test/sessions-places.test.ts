/** Directories that are not what they look like, and what is kept of a workspace. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gitIn } from "../src/sessions/git.ts";
import { failureOf } from "./support/store.ts";
import { at, project } from "./support/project.ts";

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
