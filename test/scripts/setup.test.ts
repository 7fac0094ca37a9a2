/** What is left out where a real program is missing. */
import { expect, test } from "bun:test";
import { globSync } from "node:fs";
import { PACKAGES, wanting } from "../../scripts/setup.ts";
import { root } from "../support/berth.ts";

const files = globSync("test/**/*.test.ts", { cwd: root });

test("a file is left out for what it drives, and for nothing else", () => {
  expect(wanting("test/identity/contexts/tmux.test.ts", ["perl", "tmux", "sudo"])).toEqual(["tmux", "sudo"]);
  expect(wanting("test/identity/label.test.ts", ["tmux", "wine", "zsh"])).toEqual([]);
  // What the table does not know may be needed anywhere.
  expect(wanting("test/identity/label.test.ts", ["git"])).toEqual(["git"]);
});

test.each(PACKAGES.map((name) => [name]))(
  "%s is there for a file that exists, and not for every one by mistake",
  (name) => {
    const wanted = files.filter((file) => wanting(file, [name]).length > 0);
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.length === files.length).toBe(/^(bash|git)$/.test(name));
  },
);
