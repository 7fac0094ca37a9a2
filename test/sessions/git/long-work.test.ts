/** Work that takes long says on a terminal what it is at, and nowhere else. */
import { expect, test } from "bun:test";
import { berth } from "../../support/berth.ts";
import { longWait, longWork, tellLongWork } from "../../../src/sessions/git/long-work.ts";
import { gitBy, project } from "../../support/project.ts";
import { Terminal } from "../../support/terminal.ts";

/** A git that takes its time for worktrees. */
const SLOW = 'case " $* " in *" worktree add "*) sleep 2;; esac\nexec $GIT "$@"';

test("a worktree that takes long to make: a terminal is told, a pipe is not", async () => {
  const p = await project();
  const { env } = gitBy(p, SLOW);
  const terminal = new Terminal([berth, "new", "auth"], {
    home: p.home,
    env: { ...p.env, ...env },
    cwd: p.root,
  });
  expect(await terminal.shows(/at work to make the worktree: (\d+) s so far/)).toBeTruthy();
  await terminal.shows(/auth is in /);
  await terminal.close();
  const piped = await p.in(p.root, [berth, "new", "other"], { env });
  expect([piped.status, piped.stderr.includes("at work")]).toEqual([0, false]);
});

test("what git was asked while the command was loaded is told of as well", async () => {
  const p = await project();
  await p.ok("new", "auth");
  const { env } = gitBy(p, 'case " $* " in *" --ignored=traditional "*) sleep 2;; esac\nexec $GIT "$@"');
  const terminal = new Terminal([berth, "destroy", "auth", "--cleanup"], {
    home: p.home,
    env: { ...p.env, ...env },
    cwd: p.root,
  });
  expect(await terminal.shows(/at work to look for changes: (\d+) s so far/)).toBeTruthy();
  await terminal.shows(/destroyed auth/);
  await terminal.close();
});

test("how far it is, and how long; each time later than before", () => {
  const told: string[] = [];
  tellLongWork((action, far) => told.push(`${action}: ${far}`));
  const wait = longWait("look");
  for (let ms = 100; ms <= 30_000; ms += 100) wait(ms);
  expect(told).toEqual(["1", "3", "7", "15", "25"].map((s) => `look: ${s} s so far`));
  longWork("count")(() => "1 of 2");
  expect(told).toHaveLength(5);
});
