/** What long work says that it is at. */
import { expect, test } from "bun:test";
import { berth } from "../../support/berth.ts";
import { gitBy, project } from "../../support/project.ts";

test("prune with a slow git says on a terminal how far it is, and nothing elsewhere", async () => {
  const p = await project();
  for (const name of ["one", "two"]) await p.ok("new", name);
  const git = gitBy(p, 'sleep 0.5; exec $GIT "$@"');
  let shown = "";
  const child = Bun.spawn([berth, "prune"], {
    cwd: p.root,
    env: { ...p.env, ...git.env },
    terminal: { cols: 80, rows: 24, data: (_, bytes) => void (shown += new TextDecoder().decode(bytes)) },
  });
  expect(await child.exited).toBe(0);
  expect(shown).toContain("berth: looked at 1 of 2 sessions\r\n");
  const piped = await p.in(p.root, [berth, "prune"], git);
  expect(piped.stderr + piped.stdout).not.toContain("looked at");
}, 60_000);
