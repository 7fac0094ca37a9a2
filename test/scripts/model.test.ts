import { expect, test } from "bun:test";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { check, MODELS } from "../../scripts/model.ts";
import { root } from "../support/berth.ts";

const sources = globSync("src/**/*.ts", { cwd: root }).map((name) => readFileSync(join(root, name), "utf8"));

test.each(MODELS.map(({ file }) => file))("%s names functions that there are", (file) => {
  const model = readFileSync(join(root, "scripts/model", file), "utf8");
  const names = [...model.matchAll(/\/\* ([a-z]+[A-Z]\w+)(?=:| )/g)].map(([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(4);
  const isThere = (name: string) =>
    sources.some((text) => new RegExp(`(function|const) ${name}\\b|^  ${name}\\(`, "m").test(text));
  expect(names.filter((name) => !isThere(name))).toEqual([]);
});

for (const { file, mutants } of MODELS) {
  test(`${file}: in every order of steps and deaths all of it holds`, () => {
    const { states, errors } = check(file);
    expect(states).toBeGreaterThan(100);
    expect(errors).toBe(0);
  });

  test.each(Object.entries(mutants))(`${file}: %s is found (%s)`, (mutant) => {
    expect(check(file, mutant).errors).toBeGreaterThan(0);
  });
}
