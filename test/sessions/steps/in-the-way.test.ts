/** What keeps a worktree though git would remove it: mounts, and processes that stand there. */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { berth, until } from "../../support/berth.ts";
import { type Project, project } from "../../support/project.ts";
import { background, gone, lives, supervisor } from "../../support/runs.ts";

async function withSession(): Promise<Project & { tree: string }> {
  const p = await project();
  p.write(".gitignore", "data\n");
  await p.git("add", ".");
  await p.git("commit", "-qm", "ignore");
  await p.ok("new", "auth");
  return { ...p, tree: await p.worktree("auth") };
}

const CLEANUP = ["destroy", "auth", "--cleanup"];

/** A mount namespace of its own, so that nothing is left mounted; without root it is a user's. */
const alone = (script: string) => [
  "unshare",
  ...process.getuid?.() === 0 ? [] : ["--map-root-user"],
  "--mount",
  "sh",
  "-ec",
  script,
];

describe("a mount keeps the worktree, with --force too", () => {
  test.each([
    ["a tmpfs", "mount -t tmpfs none data", "data"],
    ["a bind mount", "mount --bind ../../outside data", "data"],
    ["a single file", "touch data/file; mount --bind ../../outside/keep data/file", "data/file"],
    ["one with a space in its name", 'mkdir "data/a b"; mount -t tmpfs none "data/a b"', "data/a b"],
    ["the worktree itself", "mount --bind . .", ""],
  ])("%s", async (_, mount, at) => {
    const p = await withSession();
    mkdirSync(join(p.root, "outside"));
    writeFileSync(join(p.root, "outside/keep"), "somebody's");
    mkdirSync(join(p.tree, "data"));
    const path = at === "" ? p.tree : join(p.tree, at);
    const script = `cd ${p.tree}; ${mount}; cd ${p.root}
      "$BERTH" ${CLEANUP.join(" ")} --json 2>&1 || echo status $?
      "$BERTH" ${CLEANUP.join(" ")} --force 2>&1 | tee said; test -e ${p.tree} && echo status 6
      eval "$(sed -n 's/^  hint: Type "\\(.*\\)", then the command again/\\1/p' said)"
      "$BERTH" ${CLEANUP.join(" ")} --force`;
    const { stdout } = await p.in(p.root, alone(script), { env: { BERTH: berth } });
    expect(stdout).toContain('"code":"worktree_has_mounts"');
    expect(stdout.match(/status 6/g)).toHaveLength(2);
    expect(stdout).toContain(`umount ${at.includes(" ") ? `'${path}'` : path}`);
    // Once what the hint says is typed, it goes.
    expect(readFileSync(join(p.root, "outside/keep"), "utf8")).toBe("somebody's");
    expect(existsSync(p.tree)).toBe(false);
  });

  test("one that only another mount namespace has", async () => {
    const p = await withSession();
    mkdirSync(join(p.tree, "data"));
    // The command is typed outside of the namespace that it is in, and inside of one that leaves nothing mounted.
    const script = `mkfifo ${p.home}/ready; unshare --mount --propagation private sh -ec '
        mount -t tmpfs none ${p.tree}/data; echo work > ${p.tree}/data/file; echo > ${p.home}/ready
        cd /; exec sleep 600' &
      read -r _ < ${p.home}/ready
      "$BERTH" ${CLEANUP.join(" ")} --force --json > said 2>&1 || echo status $?
      nsenter -t $! -m cat ${p.tree}/data/file
      eval "$(sed -n 's/.*"hint":"Type \\\\"\\(.*\\)\\\\", then the command again.*/\\1/p' said)"
      "$BERTH" ${CLEANUP.join(" ")} --force; kill $!; cat said`;
    const { stdout } = await p.in(p.root, alone(script), { env: { BERTH: berth } });
    expect(stdout).toContain("status 6\nwork\n");
    expect(stdout).toContain('"code":"worktree_mounted_elsewhere"');
    expect(existsSync(p.tree)).toBe(false);
  });

  test("one that only another mount namespace has keeps a branch from being merged too", async () => {
    const p = await withSession();
    mkdirSync(join(p.tree, "data"));
    await p.git("-C", p.tree, "commit", "-q", "--allow-empty", "-m", "work");
    const before = await p.git("rev-parse", "HEAD");
    const script = `mkfifo ${p.home}/ready; unshare --mount --propagation private sh -ec '
        mount -t tmpfs none ${p.tree}/data; echo > ${p.home}/ready; cd /; exec sleep 600' &
      read -r _ < ${p.home}/ready
      "$BERTH" finish auth --json 2>&1 || echo status $?; kill $!`;
    const { stdout } = await p.in(p.root, alone(script), { env: { BERTH: berth } });
    expect(stdout).toContain('"code":"worktree_mounted_elsewhere"');
    expect([stdout.includes("status 6"), await p.git("rev-parse", "HEAD")]).toEqual([true, before]);
  });

  test("one that is made between the look and the removal", async () => {
    const p = await withSession();
    mkdirSync(join(p.tree, "data"));
    writeFileSync(join(p.root, ".berth.json"), '{"hooks": {}}');
    // The first call of git that changes something is for the undo: it is then that somebody mounts.
    const bin = join(p.home, "bin");
    mkdirSync(bin);
    const git =
      `#!/bin/sh\ncase "$*" in *update-ref*) mount -t tmpfs none ${p.tree}/data; echo m > ${p.tree}/data/m;; esac\n`;
    writeFileSync(join(bin, "git"), `${git}exec ${Bun.which("git")} "$@"\n`, { mode: 0o755 });
    writeFileSync(join(p.tree, "new"), "work");
    const script = `PATH=${bin}:$PATH "$BERTH" ${
      CLEANUP.join(" ")
    } --force 2>&1 || echo status $?; cat ${p.tree}/data/m`;
    const { stdout } = await p.in(p.root, alone(script), { env: { BERTH: berth } });
    expect(stdout).toContain("mounted in it is");
    expect(stdout).toEndWith("status 6\nm\n");
    expect(readFileSync(join(p.tree, "new"), "utf8")).toBe("work");
    expect((await p.session("auth"))["pending"]).toBeUndefined();
  });
});

describe("who stands there by another path is told", () => {
  const BY_OTHER_PATHS: readonly [string, string, string][] = [
    ["a bind mount", "mount --bind TREE OUT; cd OUT", "OUT"],
    ["a bind mount of a part of it", "mount --bind TREE/src OUT; cd OUT", "OUT"],
    ["a bind mount of what is around it", "mount --bind TREE/.. OUT; cd OUT/*/src", "OUT"],
    ["another mount namespace", "mount --bind TREE OUT; cd OUT/src", "OUT/src"],
  ];
  test.each(BY_OTHER_PATHS)("%s", async (what, stand, at) => {
    const p = await withSession();
    mkdirSync(join(p.tree, "src"));
    const out = join(p.home, "out");
    mkdirSync(out);
    const put = (text: string) => text.replaceAll("TREE", p.tree).replaceAll("OUT", out);
    const apart = what.startsWith("another") ? "unshare --mount --propagation private" : "";
    const script = `mkfifo ${p.home}/ready
      ${apart} sh -ec '${put(stand)}; echo > ${p.home}/ready; exec sleep 600' &
      read -r _ < ${p.home}/ready
      "$BERTH" ${CLEANUP.join(" ")} --json 2>&1 || echo status $?
      kill $!; wait $! || true
      "$BERTH" ${CLEANUP.join(" ")}`;
    const { stdout } = await p.in(p.root, alone(script), { env: { BERTH: berth } });
    expect(stdout).toContain('"code":"worktree_occupied"');
    expect(stdout).toContain(`in \\\"${put(at)}`);
    expect(stdout).toContain("status 5");
    expect(existsSync(p.tree)).toBe(false);
  });

  test.each(["data", "."])("nor is it removed with a mount on it by another path: %s", async (at) => {
    const p = await withSession();
    mkdirSync(join(p.tree, "data"));
    writeFileSync(join(p.tree, "data/file"), "work");
    const out = join(p.home, "out");
    mkdirSync(out);
    const script = `mount --bind ${p.tree} ${out}; mount -t tmpfs none ${join(out, at)}
      "$BERTH" ${CLEANUP.join(" ")} --force 2>&1 | tee said; cat ${p.tree}/data/file
      eval "$(sed -n 's/^  hint: Type "\\(.*\\)", then the command again/\\1/p' said)"
      "$BERTH" ${CLEANUP.join(" ")} --force`;
    const { stdout, status } = await p.in(p.root, alone(script), { env: { BERTH: berth } });
    expect(stdout).toContain(`mounted in it is "${join(out, at)}"`);
    expect(stdout).toContain("work");
    expect([status, existsSync(p.tree)]).toEqual([0, false]);
  });

  test("not who stands where another mount is in front of it", async () => {
    const p = await withSession();
    const out = join(p.home, "out");
    mkdirSync(out);
    const script = `mount --bind ${p.tree} ${out}; mount -t tmpfs none ${p.home}; mkdir ${out}
      cd ${out}; sleep 600 & cd ${p.root}
      "$BERTH" ${CLEANUP.join(" ")} 2>&1 || echo status $?
      kill $!`;
    const { stdout } = await p.in(p.root, alone(script), { env: { BERTH: berth } });
    expect([stdout, existsSync(p.tree)]).toEqual([expect.not.stringContaining("status"), false]);
  });
});

describe("a process that stands in the worktree keeps it", () => {
  test.each([
    ["an editor", ["sleep", "600"]],
    ["a daemon in a session of its own", ["setsid", "-f", "sleep", "600"]],
  ])("%s", async (_, command) => {
    const p = await withSession();
    const started = join(p.home, "pid");
    const script = `cd ${p.tree}; ${
      command.slice(0, -2).join(" ")
    } sh -c 'echo $$ > ${started}; exec sleep 600'`;
    background(p, ["sh", "-c", script]);
    const pid = await until("it to start", () => {
      const text = existsSync(started) ? readFileSync(started, "utf8") : "";
      return text.endsWith("\n") ? Number(text) : undefined;
    });
    try {
      const { code, status, message } = await p.refused(...CLEANUP);
      expect([code, status]).toEqual(["worktree_occupied", 5]);
      expect(message).toContain(`${pid} ("s`);
      expect(message).toContain(p.tree);
      expect(existsSync(p.tree)).toBe(true);
      await p.ok(...CLEANUP, "--force");
      expect(existsSync(p.tree)).toBe(false);
    } finally {
      process.kill(pid, "SIGKILL");
    }
  });

  test("more than five are counted, and the hint ends them", async () => {
    const p = await withSession();
    background(p, ["sh", "-c", `cd ${p.tree}; for n in 1 2 3 4 5 6; do sleep 600 & done; wait`]);
    const { stderr } = await until("all of them", async () => {
      const result = await p.berth(...CLEANUP);
      return /and 2 more/.test(result.stderr) ? result : undefined;
    });
    const [, kill = ""] = /hint: Type "(kill [\d ]+)"/.exec(stderr) ?? [];
    await p.in(p.root, ["sh", "-c", kill]);
    await until("them to end", async () => (await p.berth(...CLEANUP)).status === 0 ? true : undefined);
  });

  test("what a run left running elsewhere carries its marks", async () => {
    const p = await withSession();
    const file = join(p.home, "pid");
    const script = `cd /; setsid sh -c 'echo $$ > ${file}; exec sleep 600' < /dev/null > /dev/null 2>&1 &`;
    await p.ok("run", "auth", "--", "sh", "-c", script);
    const pid = await until(
      "the stray",
      () => existsSync(file) ? Number(readFileSync(file, "utf8")) || undefined : undefined,
    );
    expect(await p.refused(...CLEANUP)).toMatchObject({ code: "worktree_occupied", status: 5 });
    expect(lives(pid)).toBe(true);
    // It belongs to the session, so stop ends it, and says so.
    const { stderr } = await p.berth("stop", "auth");
    expect(stderr).toContain(String(pid));
    await gone(pid);
    await p.ok(...CLEANUP);
  });

  test("our own shell is none where the hook moves it; without the hook it is told where to go", async () => {
    const p = await withSession();
    const deep = join(p.tree, "deep");
    mkdirSync(deep);
    const shell = (env: Record<string, string>) =>
      p.in(deep, ["sh", "-c", `"$BERTH" ${CLEANUP.join(" ")}; echo $?`], { env: { BERTH: berth, ...env } });
    const refused = await shell({});
    expect(refused.stdout).toBe("5\n");
    expect(refused.stderr).toContain(`Type "cd ${p.root}", then the command again`);
    // Left over from somewhere: there is no such file.
    expect((await shell({ BERTH_CD_FILE: join(p.home, "none") })).stdout).toBe("5\n");
    const file = join(p.home, "cd");
    writeFileSync(file, "");
    expect((await shell({ BERTH_CD_FILE: file })).stdout).toBe("0\n");
    expect(readFileSync(file, "utf8")).toBe(`${p.root}\n`);
    expect(existsSync(p.tree)).toBe(false);
  });

  test("a run that goes on is named as one, with the way to end it", async () => {
    const p = await withSession();
    supervisor(p, "run", "auth", "--", "sleep", "600");
    await until("the run", async () => (await p.session("auth")).run?.state === "ACTIVE" ? true : undefined);
    expect(await p.refused(...CLEANUP)).toMatchObject({ code: "session_running", status: 5 });
    await p.ok("stop", "auth");
    await p.ok(...CLEANUP);
  });
});
