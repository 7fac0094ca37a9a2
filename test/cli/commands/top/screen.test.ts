/** `berth top` on a real pseudoterminal and in a real tmux, by what a terminal shows of it. */
import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import stringWidth from "string-width";
import { berth, until } from "../../../support/berth.ts";
import { type Project, project } from "../../../support/project.ts";
import { Screen } from "../../../support/screen.ts";
import { stty, topBelow } from "../../../support/top-screen.ts";

const screens: Screen[] = [];
afterAll(async () => {
  for (const screen of screens) await screen.close();
});

/** A project in which one session waits, one failed and one is done. */
async function shop(): Promise<Project> {
  const p = await project();
  for (const name of ["auth", "mail", "cart"]) await p.ok("new", name);
  await p.berth("run", "mail", "--", "false");
  await p.ok("run", "cart", "--", "true");
  await p.ok("status", "auth", "waiting");
  return p;
}

function open(
  p: Project,
  more: { columns?: number; rows?: number; env?: Record<string, string> } = {},
): Screen {
  const { env, ...size } = more;
  const screen = new Screen(["bash", "--norc", "-i"], {
    home: p.home,
    cwd: p.root,
    env: { ...p.env, ...env },
    ...size,
  });
  screens.push(screen);
  return screen;
}

test.each([[80, 24], [200, 60]])(
  "at %i × %i: who needs somebody first; keys; NO_COLOR",
  async (columns, rows) => {
    const p = await shop();
    const screen = open(p, { columns, rows, env: { NO_COLOR: "1" } });
    screen.type(`${berth} top\r`);
    await screen.shows(/q quit/);
    const lines = screen.lines();
    expect(lines[0]).toBe(" berth top   1 needs you   1 failed   1 finished");
    expect(lines[3]).toMatch(/^ ❯ ● project\/auth +waiting now/);
    expect(lines[4]).toMatch(/^ {3}✗ project\/mail +failed now +false ended: status 1/);
    expect(lines[5]).toMatch(/^ {3}✓ project\/cart +finished now +true is done/);
    expect(lines[rows - 2]).toContain("(berth status, now)");
    // deno-lint-ignore no-control-regex -- it is what must not be there
    expect(screen.sent.slice(screen.sent.indexOf("berth top "))).not.toMatch(/\x1b\[[1-9][0-9;]*m/);
    screen.type("j");
    await screen.shows(/^ ❯ ✗/m);
    screen.type("a");
    await screen.shows(/mail was looked at/);
    await screen.shows(/^ {3}✓ project\/cart[^]*^ ❯ ✗ project\/mail/m);
    screen.type("/cart\r");
    await until(
      "the row alone, and the line about it",
      () => screen.lines().filter((line) => line.includes("project/")).length === 2 || undefined,
    );
    screen.type("\x1b");
    await screen.shows(/project\/auth/);
    screen.type("?");
    await screen.shows(/the next one that needs you/);
    screen.type("?q");
    await until("the end", () => screen.isAlternate ? undefined : true);
  },
);

test("a change is marked in its place, and settles by itself; a new one comes", async () => {
  const p = await shop();
  const screen = open(p);
  screen.type(`${berth} top\r`);
  await screen.shows(/q quit/);
  await p.ok("status", "auth", "idle");
  await screen.shows(/^ ❯\*· project\/auth +idle/m);
  expect(screen.lines()[3]).toContain("project/auth");
  await screen.shows(/✗ project\/mail[^]*✓ project\/cart[^]*· project\/auth/);
  expect(screen.text).not.toContain("*");
  await p.ok("new", "late");
  await screen.shows(/project\/late/);
});

test("while it is resized no line is broken, and below the least size they are cut", async () => {
  const p = await shop();
  await p.ok("status", "auth", "waiting");
  const screen = open(p);
  screen.type(`${berth} top\r`);
  await screen.shows(/q quit/);
  for (const [columns, rows] of [[120, 40], [40, 10], [20, 5], [10, 3], [5, 1], [80, 24]] as const) {
    screen.resize(columns, rows);
    const meant = columns >= 40 ? /project\/auth +waiting/ : columns >= 20 ? /❯.*project/ : /❯/;
    await until(`the picture in ${columns} × ${rows}`, () => {
      const lines = screen.lines();
      const fits = Math.max(...lines.map((line) => stringWidth(line))) <= columns;
      const [row, ...more] = lines.filter((line) => line.includes("❯"));
      return fits && more.length === 0 && meant.test(row ?? "") ? true : undefined;
    });
  }
  await screen.shows(/^ {3}✓ project\/cart[^]*q quit$/m);
});

describe("the terminal is left as it was", () => {
  const ends: [string, (screen: Screen) => Promise<void> | void, RegExp][] = [
    ["q", (screen) => screen.type("q"), /ended-0/],
    ["^C", (screen) => screen.type("\x03"), /ended-130/],
    ["SIGTERM", async (screen) => void process.kill(await topBelow(screen), "SIGTERM"), /ended-143/],
    ["SIGHUP", async (screen) => void process.kill(await topBelow(screen), "SIGHUP"), /ended-129/],
  ];

  test.each(ends)("after %s", async (_, end, ended) => {
    const p = await shop();
    const screen = open(p);
    const before = await stty(screen, join(p.home, "stty-1"));
    screen.type(`echo here""-before; ${berth} top; echo ended""-$?\r`);
    await screen.shows(/q quit/);
    expect([screen.isAlternate, screen.showsCursor, screen.wraps]).toEqual([true, false, false]);
    await end(screen);
    await screen.shows(ended);
    expect(screen.text).toContain("here-before");
    expect([screen.isAlternate, screen.showsCursor, screen.wraps, screen.marksPastes]).toEqual([
      false,
      true,
      true,
      screen.sent.lastIndexOf("\x1b[?2004h") > screen.sent.lastIndexOf("\x1b[?1049l"),
    ]);
    expect(await stty(screen, join(p.home, "stty-2"))).toBe(before);
  });

  test("by ^Z, and fg brings it back", async () => {
    const p = await shop();
    const screen = open(p);
    const before = await stty(screen, join(p.home, "stty-1"));
    screen.type(`${berth} top\r`);
    await screen.shows(/q quit/);
    screen.type("\x1a");
    await screen.shows(/Stopped/);
    expect([screen.isAlternate, screen.showsCursor, screen.wraps]).toEqual([false, true, true]);
    expect(await stty(screen, join(p.home, "stty-2"))).toBe(before);
    screen.type("fg\r");
    await until("the screen again", () => screen.isAlternate || undefined);
    await screen.shows(/project\/auth[^]*q quit/);
    screen.type("j");
    await screen.shows(/^ ❯ ✗/m);
    screen.type("q");
    await until("the end", () => screen.isAlternate ? undefined : true);
    expect(await stty(screen, join(p.home, "stty-3"))).toBe(before);
  });
});

test("hostile words of a session reach no terminal", async () => {
  const p = await shop();
  const [file = ""] = p.stored("sessions").filter((name) =>
    readFileSync(join(p.store, "sessions", name), "utf8").includes('"name":"mail"')
  );
  const path = join(p.store, "sessions", file);
  const record = JSON.parse(readFileSync(path, "utf8"));
  record.run.command = ["\x1b]0;owned\x07\x1b[2J\u202e<script>漢字"];
  writeFileSync(path, JSON.stringify(record));
  const screen = open(p);
  screen.type(`${berth} top\r`);
  await screen.shows(/script>漢字/);
  expect(screen.sent).not.toContain("owned\x07");
  expect(screen.sent).not.toContain("\u202e");
});
