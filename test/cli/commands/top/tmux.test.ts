/** `berth top` and the lines of its page in a real tmux. */
import { afterAll, expect, test } from "bun:test";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, directory, root, run, until } from "../../../support/berth.ts";
import { project } from "../../../support/project.ts";
import { Screen } from "../../../support/screen.ts";

const screens: Screen[] = [];
const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const screen of screens) await screen.close();
  for (const end of ends) await end();
});

/** A project with one session that waits and one that runs in the background, and the tmux that it is in. */
async function shop() {
  const made = await project();
  const bin = directory(made.home, "bin");
  symlinkSync(berth, join(bin, "berth"));
  const env = {
    ...made.env,
    TMUX_TMPDIR: directory(made.home, "t"),
    PATH: `${bin}:${process.env["PATH"]}`,
  };
  const call = async (...command: string[]) => {
    const { stdout, stderr, status } = await run(command, { env, cwd: made.root });
    if (status !== 0) throw new Error(`${command.join(" ")} failed: ${stderr}`);
    return stdout;
  };
  ends.push(() => run(["tmux", "kill-server"], { env }));
  await call("berth", "new", "auth");
  await call("berth", "run", "auth", "-d", "--", "sleep", "1000");
  await call("berth", "status", "auth", "waiting");
  await call("berth", "new", "mail");
  // The server was started by berth, which hands no variable of its own on.
  await call("tmux", "set-environment", "-g", "BERTH_HOME", made.store);
  return { p: made, env, call };
}

test("a pane shows it, at 80 × 24, at 200 × 60 and while it is resized; keys go to it", async () => {
  const { call } = await shop();
  const pane = "top:";
  await call(
    "tmux",
    "-f",
    "/dev/null",
    "new-session",
    "-d",
    "-s",
    "top",
    "-x",
    "80",
    "-y",
    "24",
    "berth top",
  );
  await call("tmux", "set-option", "-t", "top", "status", "off");
  for (const [columns, rows] of [[80, 24], [200, 60], [30, 8], [80, 24]] as const) {
    await call("tmux", "resize-window", "-t", pane, "-x", `${columns}`, "-y", `${rows}`);
    await until(`the picture in ${columns} × ${rows}`, async () => {
      const lines = (await call("tmux", "capture-pane", "-p", "-t", pane)).split("\n").slice(0, -1);
      const [title, , , first, second] = lines;
      const isWhole = lines.length === rows && title?.startsWith(" berth top   1 needs you") &&
        first?.startsWith(" ❯ ● project/auth") && second?.startsWith("   · project/mail") &&
        lines.at(-1)?.startsWith(" n next");
      return isWhole || undefined;
    });
  }
  await call("tmux", "send-keys", "-t", pane, "j");
  await until(
    "the next row",
    async () => / ❯ · project\/mail/.test(await call("tmux", "capture-pane", "-p", "-t", pane)) || undefined,
  );
  await call("tmux", "send-keys", "-t", pane, "q");
  await until(
    "its end",
    async () =>
      (await call("tmux", "list-sessions", "-F", "#{session_name}")).split("\n").includes("top")
        ? undefined
        : true,
  );
});

test("the keys of the page: a popup with it, and the one for who waits", async () => {
  const { p, env, call } = await shop();
  const page = readFileSync(join(root, "docs", "top.md"), "utf8");
  const [, lines = ""] = /```\n(bind-key b .*\nbind-key n .*\n)```/.exec(page) ?? [];
  expect(lines).not.toBe("");
  writeFileSync(join(p.home, "keys.conf"), lines);
  const screen = new Screen(["tmux", "new-session", "-s", "me", "bash --norc"], {
    home: p.home,
    cwd: p.root,
    env,
    columns: 100,
  });
  screens.push(screen);
  await screen.shows(/[$#]/);
  await call("tmux", "source-file", join(p.home, "keys.conf"));
  const shown = async () => (await call("tmux", "list-clients", "-F", "#{session_name}")).trim();
  screen.type("\x02b");
  await screen.shows(/● project\/auth[^]*q quit/);
  expect(await shown()).toBe("me");
  screen.type("q");
  await until("the popup's end", () => /q quit|[│┌]/.test(screen.text) ? undefined : true);
  screen.type("\x02n");
  await until("the client in auth", async () => (await shown()).includes("auth") || undefined);
});
