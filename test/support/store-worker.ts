/*
 * A process of its own that works on a store, for the tests of what several do at once. Runs on Bun and on Deno:
 * store-worker.ts DIRECTORY WHAT [ARGUMENT…]
 */
import { appendFileSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { resetSession, restoreArchive } from "../../src/store/archive.ts";
import { lockScope } from "../../src/store/locks.ts";
import { openStore } from "../../src/store/open.ts";
import { increment } from "../../src/store/state.ts";
import { updateSession } from "../../src/store/update.ts";

const [directory = "", what, id = "", times = "1"] = process.argv.slice(2);
const store = openStore({ directory, command: `worker ${what}`, waitMs: 60_000 });

const work: Record<string, () => Promise<void>> = {
  /** Count up by whole updates. */
  async count() {
    for (let n = 0; n < Number(times); n += 1) {
      await updateSession(store, id, (draft) => void increment(draft.sharedState, "n", 1));
    }
  },
  /** Enter a room that holds one, again and again; somebody else in it is written down. */
  async enter() {
    for (let n = 0; n < Number(times); n += 1) {
      const lock = await lockScope(store, { kind: "session", id });
      try {
        mkdirSync(`${directory}/room`);
      } catch {
        appendFileSync(`${directory}/collisions`, "x");
      }
      await new Promise((resolve) => setTimeout(resolve, n % 2));
      rmdirSync(`${directory}/room`);
      // Every other one removes the lock file as it leaves, which is where two owners could come from.
      if (n % 2 === 0) lock.discard();
      else lock.release();
    }
  },
  /** Hold the lock until killed. */
  async hold() {
    await using _lock = await lockScope(store, { kind: "session", id });
    writeFileSync(`${directory}/held`, "");
    await new Promise((resolve) => setTimeout(resolve, 30_000));
  },
  /** Write, reset and restore for ever: to be killed anywhere in it. */
  async churn() {
    for (;;) {
      await updateSession(store, id, (draft) => {
        draft.sharedState["text"] = "x".repeat(20_000);
      });
      await restoreArchive(store, await resetSession(store, id), () => {});
    }
  },
};

await work[what ?? ""]?.();
