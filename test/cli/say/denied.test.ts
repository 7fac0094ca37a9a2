/** What the system refuses is told as such, and what is our own fault is not. */
import { expect, test } from "bun:test";
import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { denied } from "../../../src/cli/say/denied.ts";
import { scratch } from "../../support/berth.ts";

function thrown(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

test("a file that went meanwhile is named", () => {
  const path = join(scratch(), "gone");
  for (const work of [() => readFileSync(path), () => renameSync(path, `${path}-too`)]) {
    const failure = denied(thrown(work));
    expect([failure?.code, failure?.message]).toEqual(["machine_denies", expect.stringContaining(path)]);
  }
});

test("a program that is missing, and a fault of ours, are no file that went", () => {
  const missing = Object.assign(new Error("spawn x ENOENT"), {
    code: "ENOENT",
    syscall: "spawn x",
    path: "x",
  });
  expect(denied(missing)).toBeNull();
  expect(denied(new TypeError("x is not a function"))).toBeNull();
});
