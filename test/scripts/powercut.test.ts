import { expect, test } from "bun:test";
import { cut, KEPT } from "../../scripts/powercut.ts";

test.each(KEPT.map((command) => [command.name, command] as const))(
  "%s: the power goes at any moment",
  (_, command) => {
    const { states, wrong } = cut(command);
    expect(states).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  },
  200_000,
);

test.each([1, 2])("a write without its sync %d is found", (without) => {
  const incr = KEPT.find(({ name }) => name === "incr");
  if (incr === undefined) throw new Error("incr is not among the commands");
  expect(cut(incr, without).wrong.length).toBeGreaterThan(0);
}, 200_000);
