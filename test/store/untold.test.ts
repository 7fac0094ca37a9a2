/** A change that is kept, with the telling left for the time in which its writer waits for something else. */
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Told } from "../../src/store/observe.ts";
import type { Store } from "../../src/store/open.ts";
import { readRecord } from "../../src/store/read.ts";
import { updateUntold } from "../../src/store/untold.ts";
import { updateSession } from "../../src/store/update.ts";
import { failureOf, scratch, storeAt } from "../support/store.ts";

/** A store with one session, and what its observer was told since it was loaded. */
async function observed() {
  const directory = scratch();
  const plain = storeAt(directory.path, { waitMs: 0 });
  await updateSession(plain, "a", (draft) => void (draft.sharedState["k"] = 1));
  const told: Told[] = [];
  let loaded = 0;
  const load = () => {
    loaded += 1;
    return Promise.resolve((...more: readonly Told[]) => void told.push(...more));
  };
  const store: Store = { ...plain, observing: { load } };
  return { directory, store, told, loaded: () => loaded };
}

const two = (draft: { sharedState: Record<string, unknown> }): void => void (draft.sharedState["k"] = 2);

test("it is kept at once, and told under the lock, which others get then", async () => {
  const { directory, store, told, loaded } = await observed();
  using _directory = directory;
  const { record, settle } = await updateUntold(store, "a", two);
  expect(readRecord(store, "a")).toEqual(record);
  expect([record.sharedState["k"], told, loaded()]).toEqual([2, [], 0]);
  expect(await failureOf(() => updateSession(store, "a", two))).toMatchObject({ code: "locked" });
  expect(told).toEqual([]);
  await settle();
  await settle();
  expect(told).toMatchObject([{ kind: "written", id: "a", record: { sharedState: { k: 2 } } }]);
  await updateSession(store, "a", two);
  expect(told.length).toBe(2);
});

test("a change that is refused leaves record and lock as they were, and nothing to tell", async () => {
  const { directory, store, told } = await observed();
  using _directory = directory;
  const refused = () =>
    updateUntold(store, "a", () => {
      throw new Error("no");
    });
  await expect(refused()).rejects.toThrow("no");
  expect([readRecord(store, "a")?.sharedState, told]).toEqual([{ k: 1 }, []]);
  await updateSession(store, "a", two);
});

test("damage that is found on the way is told although the change fails", async () => {
  const { directory, store, told } = await observed();
  using _directory = directory;
  const file = join(directory.path, "sessions", "a.session.json");
  writeFileSync(file, readFileSync(file).subarray(0, 20));
  expect(await failureOf(() => updateUntold(store, "a", two))).toMatchObject({ code: "corrupt_record" });
  expect(told).toMatchObject([{ kind: "damaged", reason: "not-json" }]);
});
