import { expect, test } from "bun:test";
import { check, MODELS } from "../../scripts/model.ts";

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
