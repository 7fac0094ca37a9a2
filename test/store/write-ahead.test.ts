/** The next state of a record, made ready while its writer waits for something else. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../../src/errors/errors.ts";
import { memoryBackend } from "../../src/store/memory-backend.ts";
import type { Store } from "../../src/store/open.ts";
import { readRecord } from "../../src/store/read.ts";
import { updateSession } from "../../src/store/update.ts";
import { writeAhead } from "../../src/store/write-ahead.ts";
import { scratch, storeAt } from "../support/store.ts";

const set = (store: Store, key: string, value: string) =>
  updateSession(store, "a", (draft) => void (draft.sharedState[key] = value));

/** Beside the record itself. */
const temporaries = (directory: string): string[] =>
  readdirSync(join(directory, "sessions")).filter((name) => name.endsWith(".tmp"));

async function ready() {
  const directory = scratch();
  const store = storeAt(directory.path);
  await set(store, "k", "before");
  const ahead = writeAhead(store, "a", (kept) => ({ ...kept, sharedState: { k: "after" } }));
  if (ahead === null) throw new Error("nothing was made ready");
  return { directory, store, ahead, value: () => readRecord(store, "a")?.sharedState };
}

test("it is on the disk, readers see what was, and what follows is a change of a name", async () => {
  const { directory, ahead, value } = await ready();
  using _directory = directory;
  const [temporary = ""] = temporaries(directory.path);
  const path = join(directory.path, "sessions", temporary);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(ahead.record);
  expect(value()).toEqual({ k: "before" });
  expect([ahead.put(), existsSync(path)]).toEqual([true, false]);
  expect(value()).toEqual({ k: "after" });
});

test("it is not written over what somebody has written since", async () => {
  const { directory, store, ahead, value } = await ready();
  using _directory = directory;
  await set(store, "other", "theirs");
  expect([ahead.put(), temporaries(directory.path)]).toEqual([false, []]);
  expect(value()).toEqual({ k: "before", other: "theirs" });
});

test("it is not written over a change that leaves the record as long as it was", async () => {
  const { directory, store, ahead, value } = await ready();
  using _directory = directory;
  await set(store, "k", "theirs");
  expect(ahead.put()).toBe(false);
  expect(value()).toEqual({ k: "theirs" });
});

test("it is not written where the session is gone, or where somebody has cleared it away", async () => {
  const gone = await ready();
  using _first = gone.directory;
  gone.store.backend.remove("sessions/a.session.json");
  expect([gone.ahead.put(), gone.value(), temporaries(gone.directory.path)]).toEqual([false, undefined, []]);
  const cleared = await ready();
  using _second = cleared.directory;
  const [temporary = ""] = temporaries(cleared.directory.path);
  rmSync(join(cleared.directory.path, "sessions", temporary));
  expect([cleared.ahead.put(), cleared.value()]).toEqual([false, { k: "before" }]);
});

test("nothing of it stays where nothing comes of it", async () => {
  const { directory, ahead, value } = await ready();
  using _directory = directory;
  ahead.drop();
  expect([temporaries(directory.path), value()]).toEqual([[], { k: "before" }]);
});

test("nothing is made ready on a full disk, of a session that is not there, and where it would save nothing", async () => {
  const { directory, store } = await ready();
  using _directory = directory;
  const full = {
    ...store,
    backend: {
      ...store.backend,
      prepare() {
        throw fail("write_failed", { what: "it", why: "No space left on device" });
      },
    },
  };
  expect([writeAhead(full, "a", (kept) => kept), writeAhead(store, "b", (kept) => kept)]).toEqual([
    null,
    null,
  ]);
  const memory = { ...store, backend: memoryBackend() };
  await set(memory, "k", "v");
  expect(writeAhead(memory, "a", (kept) => kept)).toBeNull();
});
