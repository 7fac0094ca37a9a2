import { expect, test } from "bun:test";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { openWatch } from "../../src/events/follow.ts";
import { scratch } from "../support/berth.ts";

test("who follows is woken by the change itself: no interval has to run out", async () => {
  const directory = scratch("berth-follow-");
  const { setTimeout } = globalThis;
  const state = { woken: false };
  try {
    using watcher = openWatch(directory);
    // Nothing falls due any more.
    globalThis.setTimeout = (() => 0) as unknown as typeof setTimeout;
    const change = watcher.change().then(() => state.woken = true);
    // The directory may not be watched yet when it is written first.
    while (!state.woken) {
      appendFileSync(join(directory, "events.jsonl"), "{}\n");
      await Bun.sleep(20);
    }
    await change;
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  expect(state.woken).toBe(true);
});
