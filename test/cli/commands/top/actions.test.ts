/** What keys of `berth top` do, typed on a real terminal: stop, diff, finish, destroy; and what a fault of ours leaves. */
import { afterAll, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { berth, until } from "../../../support/berth.ts";
import { type Project, project } from "../../../support/project.ts";
import { Screen } from "../../../support/screen.ts";
import { stty, topBelow } from "../../../support/top-screen.ts";

const screens: Screen[] = [];
const runs: Bun.Subprocess[] = [];
afterAll(async () => {
  for (const screen of screens) await screen.close();
  for (const run of runs) run.kill();
});

async function open(p: Project, env: Record<string, string> = {}): Promise<Screen> {
  const screen = new Screen(["bash", "--norc", "-i"], {
    home: p.home,
    cwd: p.root,
    env: { ...p.env, ...env },
  });
  screens.push(screen);
  await screen.shows(/\$ $/m);
  return screen;
}

async function openTop(p: Project, env: Record<string, string> = {}): Promise<Screen> {
  const screen = await open(p, env);
  screen.type(`${berth} top\r`);
  await screen.shows(/q quit/);
  return screen;
}

test("s stops what runs, when it is said twice; any other key is no", async () => {
  const p = await project();
  await p.ok("new", "auth");
  runs.push(
    Bun.spawn([berth, "run", "auth", "--", "sleep", "1000"], {
      cwd: p.root,
      env: { ...process.env, ...p.env },
      stdio: ["ignore", "ignore", "ignore"],
    }),
  );
  await until("the run", async () => (await p.session("auth")).run?.state === "ACTIVE" || undefined);
  const screen = await openTop(p);
  await screen.shows(/▸ project\/auth +working/);
  screen.type("s");
  await screen.shows(/Stop what runs in project\/auth\? y: yes/);
  screen.type("n");
  await screen.shows(/q quit/);
  expect((await p.session("auth")).run?.state).toBe("ACTIVE");
  screen.type("s");
  await screen.shows(/Stop what runs/);
  screen.type("y");
  await screen.shows(/ auth of .* is stopped/);
  await screen.shows(/· project\/auth +idle .* sleep was stopped/);
  expect((await p.session("auth")).status).toBe("stopped");
});

test("d shows the diff by git's pager, and then the queue again", async () => {
  const p = await project();
  await p.ok("new", "auth");
  writeFileSync(join(await p.worktree("auth"), "file.txt"), "two\n");
  const screen = await openTop(p, { GIT_PAGER: "cat; echo in-the-pager; read -r _ < /dev/tty #" });
  screen.type("d");
  await screen.shows(/-one[^]*\+two[^]*in-the-pager/);
  expect(screen.isAlternate).toBe(false);
  screen.type("\r");
  await screen.shows(/· project\/auth[^]*q quit/);
  expect(screen.isAlternate).toBe(true);
  screen.type("q");
  await until("the end", () => screen.isAlternate ? undefined : true);
});

test("x asks whether to finish or to destroy, does it, and waits until it was read", async () => {
  const p = await project();
  for (const name of ["auth", "mail"]) await p.ok("new", name);
  const [auth, mail] = [await p.worktree("auth"), await p.worktree("mail")];
  writeFileSync(join(auth, "new.txt"), "new\n");
  await p.git("-C", auth, "add", ".");
  await p.git("-C", auth, "commit", "-qm", "new");
  const screen = await openTop(p);
  const mean = async (name: string) => {
    // ^U takes away what it was before.
    screen.type(`/\x15${name}\r`);
    await screen.shows(new RegExp(`❯ · project/${name}`));
    screen.type("x");
    await screen.shows(new RegExp(`project/${name}: f finish`));
  };
  await mean("auth");
  screen.type("n");
  await screen.shows(/q quit/);
  expect(existsSync(auth)).toBe(true);
  await mean("auth");
  screen.type("f");
  await screen.shows(/finished auth[^]*Press Enter to go back/);
  expect([screen.isAlternate, existsSync(auth), existsSync(join(p.root, "new.txt"))]).toEqual([
    false,
    false,
    true,
  ]);
  screen.type("\r");
  await until("the queue", () => screen.isAlternate || undefined);
  screen.type("\x1b");
  await until(
    "a queue without it",
    () => /project\/mail/.test(screen.text) && !/project\/auth/.test(screen.text) || undefined,
  );
  await mean("mail");
  screen.type("d");
  // What finish printed stands above.
  await screen.shows(/Press Enter to go back[^]*mail[^]*Press Enter to go back/);
  expect([screen.isAlternate, existsSync(mail)]).toEqual([false, false]);
  screen.type("\r");
  await screen.shows(/No sessions with anything to tell|No row has these words/);
  screen.type("q");
  await until("the end", () => screen.isAlternate ? undefined : true);
});

test("a fault of ours says so, and leaves the terminal as it was", async () => {
  const p = await project();
  await p.ok("new", "auth");
  const fault = join(p.home, "fault.ts");
  writeFileSync(fault, `process.on("SIGUSR2", () => { throw new Error("made by the test"); });\n`);
  const screen = await open(p);
  const before = await stty(screen, join(p.home, "stty-1"));
  screen.type(`BUN_OPTIONS=--preload=${fault} ${berth} top; echo ended""-$?\r`);
  await screen.shows(/q quit/);
  expect([screen.isAlternate, screen.showsCursor, screen.wraps]).toEqual([true, false, false]);
  process.kill(await topBelow(screen), "SIGUSR2");
  await screen.shows(/berth: Internal error: Error: made by the test[^]*ended-1/);
  expect([screen.isAlternate, screen.showsCursor, screen.wraps]).toEqual([false, true, true]);
  expect(await stty(screen, join(p.home, "stty-2"))).toBe(before);
});
