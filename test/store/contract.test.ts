/** What every place keeps to, asked of all three: files, memory, and a PostgreSQL that runs. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Backend, Content, Reach } from "../../src/store/backend.ts";
import { memoryBackend } from "../../src/store/memory-backend.ts";
import { postgresBackend } from "../../src/store/postgres/backend.ts";
import { initSql } from "../../src/store/postgres/schema.ts";
import { settingsOf } from "../../src/store/postgres/settings.ts";
import { Postgres } from "../support/postgres.ts";
import { failureOf, filesAt, scratch } from "../support/store.ts";

setDefaultTimeout(60_000);

const LOCK = "sessions/a.session.lock";
const item = "sessions/a.session.json";
const archived = "archive/a--reset--1.session.json";
const reach: Reach = { names: [item, archived], prefixes: ["sessions/", "archive/"] };
const request = { waitMs: 0, what: "the test", command: "test", reach };

const textOf = (content: Content | null): string | null =>
  content?.kind === "bytes" ? new TextDecoder().decode(content.bytes) : null;

/** The place as whoever only reads sees it. */
const seen = async (backend: Backend): Promise<Backend> => await backend.view?.(reach) ?? backend;

/** Change something under the lock, as the store does. */
async function changed<T>(backend: Backend, work: (held: Backend) => T): Promise<T> {
  await using lock = await backend.lock(LOCK, { ...request, waitMs: 5000 });
  return work(lock.seen?.backend ?? backend);
}

let server: Postgres;
let count = 0;

beforeAll(async () => {
  server = await Postgres.start();
  const stores = Array.from({ length: 40 }, (_, at) => ({ role: "app", store: `s${at}` }));
  await server.team(initSql(stores));
});

afterAll(() => server[Symbol.asyncDispose]());

const PLACES: readonly [string, (work: (backend: Backend) => Promise<void>) => Promise<void>][] = [
  ["memory", (work) => work(memoryBackend())],
  ["files", async (work) => {
    using directory = scratch();
    await work(filesAt(directory.path));
  }],
  ["PostgreSQL", async (work) => {
    const settings = settingsOf(server.url(), {}, "/nowhere");
    await using backend = postgresBackend({ settings, store: `s${count += 1}`, eventsOf: () => [] });
    await work(backend);
  }],
];

describe.each(PLACES)("%s", (_, use) => {
  test("what was never written is absent", () =>
    use(async (backend) => {
      const place = await seen(backend);
      expect([place.read(item, "only"), place.stat(item), place.list("sessions")]).toEqual([null, null, []]);
      expect(await changed(backend, (held) => [held.remove(item), held.move(item, archived)])).toEqual([
        false,
        false,
      ]);
    }));

  test("a write is read back by its holder at once, and by all when the lock is given back", () =>
    use(async (backend) => {
      await changed(backend, (held) => {
        held.write(item, "one, a longer text");
        held.write(item, "two: ü 日本語 \\u0000");
        expect(textOf(held.read(item, "guarded"))).toBe("two: ü 日本語 \\u0000");
      });
      const place = await seen(backend);
      expect(textOf(place.read(item, "only"))).toBe("two: ü 日本語 \\u0000");
      expect(place.stat(item)?.bytes).toBe(24);
      expect(place.list("sessions").filter((base) => base.endsWith(".json"))).toEqual(["a.session.json"]);
    }));

  test("create and move take a free name only, and move leaves nothing behind", () =>
    use(async (backend) => {
      expect(await changed(backend, (held) => [held.create(item, "one"), held.create(item, "two")])).toEqual([
        true,
        false,
      ]);
      expect(await changed(backend, (held) => held.create(archived, "old"))).toBe(true);
      expect(await changed(backend, (held) => held.move(item, archived))).toBe(false);
      expect(await changed(backend, (held) => [held.remove(archived), held.move(item, archived)])).toEqual([
        true,
        true,
      ]);
      const place = await seen(backend);
      expect([textOf(place.read(archived, "only")), place.read(item, "only")]).toEqual(["one", null]);
    }));

  test("a lock excludes others until it is given back, and giving it back twice frees nobody else's", () =>
    use(async (backend) => {
      const lock = await backend.lock(LOCK, request);
      expect(lock.held).toBe(true);
      expect((await failureOf(() => backend.lock(LOCK, request))).code).toBe("locked");
      await (await backend.lock("sessions/b.session.lock", request)).release();
      await lock.release();
      await lock.release();
      expect(lock.held).toBe(false);
      await using again = await backend.lock(LOCK, request);
      await lock.release();
      expect(again.held).toBe(true);
      expect((await failureOf(() => backend.lock(LOCK, request))).code).toBe("locked");
    }));

  test("a waiter gets the lock when it is given back, and sees what was written under it", () =>
    use(async (backend) => {
      const lock = await backend.lock(LOCK, request);
      const waiting = backend.lock(LOCK, { ...request, waitMs: 30_000 });
      (lock.seen?.backend ?? backend).write(item, "by the first");
      await lock.release();
      await using next = await waiting;
      expect(textOf((next.seen?.backend ?? backend).read(item, "guarded"))).toBe("by the first");
    }));

  test("twenty at once lose nothing", () =>
    use(async (backend) => {
      const once = () =>
        changed(backend, (held) =>
          held.write(item, String(Number(textOf(held.read(item, "guarded")) ?? "0") + 1)));
      await Promise.all(Array.from({ length: 20 }, once));
      expect(textOf((await seen(backend)).read(item, "only"))).toBe("20");
    }));
});

test("what is not in reach of a look at the database is a fault, and no absence", async () => {
  const settings = settingsOf(server.url(), {}, "/nowhere");
  await using backend = postgresBackend({ settings, store: "s39", eventsOf: () => [] });
  const view = await backend.view({ names: [item] });
  expect(() => view.read(archived, "only")).toThrow("not in reach");
  expect(() => view.write(item, "one")).toThrow("without a lock");
});
