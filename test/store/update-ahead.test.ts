/** A change in two halves: made ready while its writer waits for something else, and kept when it is time. */
import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Told } from "../../src/store/observe.ts";
import type { Store } from "../../src/store/open.ts";
import { readRecord } from "../../src/store/read.ts";
import type { SessionRecord } from "../../src/store/record.ts";
import { updateSession } from "../../src/store/update.ts";
import { updateAhead } from "../../src/store/update-ahead.ts";
import { failureOf, scratch, storeAt } from "../support/store.ts";

const BEGUN = "2026-01-02T03:04:05.000Z";
const LATER = "2026-01-02T03:04:09.000Z";

/** A store with a session, what its observer was told since, and a change of it that is ready. */
async function ready() {
  const directory = scratch();
  const told: Told[] = [];
  const observer = (...more: readonly Told[]) => void told.push(...more);
  let now = BEGUN;
  const store: Store = {
    ...storeAt(directory.path, { waitMs: 0 }),
    now: () => new Date(now),
    observing: { load: () => Promise.resolve(observer) },
  };
  await updateSession(store, "a", (draft) => void (draft.sharedState["k"] = 1));
  told.length = 0;
  now = LATER;
  const count = (draft: SessionRecord) => void (draft.sharedState["k"] = Number(draft.sharedState["k"]) + 10);
  const ahead = updateAhead(store, "a", count);
  const temporaries = () =>
    readdirSync(join(directory.path, "sessions")).filter((name) => name.endsWith(".tmp")).length;
  return { directory, store, told, ahead, temporaries, value: () => readRecord(store, "a")?.sharedState };
}

test("nobody sees it before it is settled, and then it is as any other change", async () => {
  const { directory, store, told, ahead, temporaries, value } = await ready();
  using _directory = directory;
  expect([value(), told, temporaries()]).toEqual([{ k: 1 }, [], 1]);
  const record = await ahead.settle();
  expect([readRecord(store, "a"), temporaries()]).toEqual([record, 0]);
  expect(record).toMatchObject({ sharedState: { k: 11 }, updatedAt: LATER, lastActivity: LATER });
  expect(told).toMatchObject([{ kind: "written", id: "a", before: { status: "active" }, record }]);
  // The lock was given back.
  await updateSession(store, "a", (draft) => void (draft.sharedState["k"] = 2));
});

test("what somebody has changed since is changed too, and told once", async () => {
  const { directory, store, told, ahead, temporaries, value } = await ready();
  using _directory = directory;
  await updateSession(store, "a", (draft) => void (draft.sharedState["k"] = 5));
  await ahead.settle();
  expect([value(), told.length, temporaries()]).toEqual([{ k: 15 }, 2, 0]);
});

test("nothing comes of one that is forgotten, nor of one whose session is gone or locked", async () => {
  const { directory, store, told, ahead, temporaries, value } = await ready();
  using _directory = directory;
  const lock = await store.backend.lock("sessions/a.session.lock", { waitMs: 0, what: "it", command: "" });
  expect(await failureOf(() => ahead.settle())).toMatchObject({ code: "locked" });
  await lock.release();
  ahead.drop();
  expect([value(), told, temporaries()]).toEqual([{ k: 1 }, [], 0]);
  store.backend.remove("sessions/a.session.json");
  expect(await failureOf(() => ahead.settle())).toMatchObject({ code: "no_such_session" });
  expect([value(), temporaries()]).toEqual([undefined, 0]);
});
