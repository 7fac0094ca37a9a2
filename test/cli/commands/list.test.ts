import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import stringWidth from "string-width";
import { berth, until } from "../../support/berth.ts";
import { finishable } from "../../support/finish.ts";
import { at, project } from "../../support/project.ts";
import { directory } from "../../support/berth.ts";
import { Terminal } from "../../support/terminal.ts";

describe("the table", () => {
  test("by project, this one first; those of no project last; one that nothing ran in has no status", async () => {
    const p = await project();
    const other = at(directory(p.home, "other"), p.home, p.store, p.env);
    await other.git("init", "-q");
    await other.git("-c", "user.name=x", "commit", "-q", "--allow-empty", "-m", "one");
    await other.ok("new", "there");
    await p.ok("set", "a", "b", "--session-id", "label");
    await p.ok("new", "auth");
    await p.ok("run", "auth", "--", "true");
    await other.ok("new", "late");
    const titles = (text: string) => text.split("\n").filter((line) => /^(\/|no project)/.test(line));
    expect(titles(await p.ok("list"))).toEqual([`${p.root} (here)`, other.root, "no project"]);
    expect(titles(await other.ok("list"))).toEqual([`${other.root} (here)`, p.root, "no project"]);
    expect(await p.ok("list")).toMatch(/^ +auth +idle /m);
    expect(await p.ok("list")).toMatch(/^ +there +- /m);
    expect(await other.ok("list", "--here")).not.toContain("auth");
    expect(titles(await other.ok("list", "--here"))).toEqual([`${other.root} (here)`]);
    expect(JSON.parse(await p.ok("list", "--here", "--json")).sessions).toHaveLength(1);
  });

  test.each([20, 40, 80, 120, 300])("in %i columns no line is wider", async (width) => {
    const p = await project();
    await p.ok("new", "a-session-with-a-name-that-is-rather-long", "--role", "役割");
    const { stdout } = await p.in(p.root, [berth, "list", "--git"], { env: { COLUMNS: String(width) } });
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
    expect(lines[0]).toContain("NAME");
  });

  test("fits the terminal that it is printed to; a pipe gets all of it", async () => {
    const p = await project();
    await p.ok("new", "a-session-with-a-name-that-is-rather-long");
    const terminal = new Terminal(["bash", "--norc"], { home: p.home, env: p.env, cwd: p.root });
    terminal.type(`stty cols 60; ${berth} list; echo don""e\r`);
    await terminal.shows(/\bdone\b/);
    expect(terminal.output).toContain("NAME");
    expect(terminal.output).not.toContain("SESSION");
    await terminal.close();
    expect(await p.ok("list")).toContain("SESSION");
  });
});

describe("--git", () => {
  test("changed files, commits ahead and behind, merged; for a program too", async () => {
    const p = await finishable();
    writeFileSync(join(p.tree, "new"), "new");
    await p.commit(p.root, "other.txt", "theirs\n");
    // On a busy machine a look may take longer than it is given.
    const json = await until(
      "git's answer",
      async () => JSON.parse(await p.ok("list", "--git", "--json")).sessions[0].git ?? undefined,
    );
    expect(json).toEqual({ changed: 1, ahead: 1, behind: 1, merged: false });
    await until(
      "the same in the table",
      async () => /auth +- +±1 ↑1 ↓1/.test(await p.ok("list", "--git")) ? true : undefined,
    );
  });

  test("what was squashed is merged, and what nothing was committed in is not", async () => {
    const p = await finishable();
    await p.ok("new", "empty");
    await p.ok("finish", "auth", "--squash", "--keep");
    const merged = await until("git's answer", async () => {
      const { sessions } = JSON.parse(await p.ok("list", "--git", "--json"));
      const found = sessions.map((
        { name, git }: { name: string; git: { merged: boolean } },
      ) => [name, git?.merged]);
      return found.some(([, one]: [string, boolean | undefined]) => one === undefined) ? undefined : found;
    });
    expect(Object.fromEntries(merged)).toEqual({ auth: true, empty: false });
  });

  test("a worktree that git cannot look at has nothing to say, and the others have", async () => {
    const p = await finishable();
    await p.ok("new", "broken");
    writeFileSync(join(await p.worktree("broken"), ".git"), "gitdir: /nonexistent\n");
    const { sessions } = JSON.parse(await p.ok("list", "--git", "--json"));
    expect(sessions.find(({ name }: { name: string }) => name === "broken").git).toBeNull();
    expect(await p.ok("list", "--git")).toMatch(/broken +- +…/);
  });
});
