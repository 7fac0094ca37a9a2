import { describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { fail } from "../../src/errors/errors.ts";
import { unknown } from "../../src/facts/facts.ts";
import { deleteSession, resetSession, restoreArchive } from "../../src/store/archive.ts";
import { cleanSessions } from "../../src/store/clean.ts";
import { readConfig, setConfig } from "../../src/store/config.ts";
import { findLeftovers, removeLeftovers } from "../../src/store/leftovers.ts";
import { listRecords } from "../../src/store/list.ts";
import { processAlive, sessionAlive } from "../../src/store/liveness.ts";
import { lockScope } from "../../src/store/locks.ts";
import { memoryBackend } from "../../src/store/memory-backend.ts";
import { fileName, recordName } from "../../src/store/names.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { purge } from "../../src/store/purge.ts";
import { readRecord } from "../../src/store/read.ts";
import { freshRecord, type SessionRecord } from "../../src/store/record.ts";
import { plan } from "../../src/store/retention.ts";
import { selectSession } from "../../src/store/select.ts";
import { updateSession } from "../../src/store/update.ts";
import { clock, failureOf, machineOf, scratch, storeAt } from "../support/store.ts";

const ID = "ex--build_5d";
const set = (store: Store, id: string, key: string, value: unknown) =>
  updateSession(store, id, (draft) => {
    draft.sharedState[key] = value;
  });

/** A record that was last used at this time. */
function aged(store: Store, id: string, lastActivity: string, more: Partial<SessionRecord> = {}) {
  const record = { ...freshRecord(id, { source: "explicit-flag" }, new Date(lastActivity)), ...more };
  store.backend.write(recordName(id), JSON.stringify(record));
}

describe("updating", () => {
  test("a terminal that only uses another one's session leaves it that one's anchor", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    const anchor = (pid: number) => ({
      pid,
      start: "1",
      bootId: "b",
      pidNamespace: "n",
      tty: `/dev/pts/${pid}`,
    });
    const write = (source: string, pid: number) =>
      updateSession(store, ID, () => {}, { origin: { source, anchor: anchor(pid) } });
    await write("deep-anchor", 1);
    expect((await write("use", 2)).anchor?.pid).toBe(1);
    expect((await write("deep-anchor", 3)).anchor?.pid).toBe(3);
    await deleteSession(store, ID);
    await write("use", 4);
    expect((await write("use", 5)).anchor?.pid).toBe(5);
  });

  test("the first write makes the session, the next one keeps what it does not know", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    await set(store, ID, "branch", "main");
    const path = store.backend.locate(recordName(ID));
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), future: { deep: [1] } }));
    await set(store, ID, "b", 2);
    expect(readRecord(store, ID)).toMatchObject({
      schema: 1,
      id: ID,
      sharedState: { branch: "main", b: 2 },
      future: { deep: [1] },
    });
  });

  test("a change that says false, and one that fails, write nothing and leave no file", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    await updateSession(store, ID, () => false);
    await expect(updateSession(store, ID, () => {
      throw new Error("no");
    })).rejects.toThrow("no");
    expect(readRecord(store, ID)).toBeNull();
    expect(readdirSync(`${directory.path}/sessions`)).toEqual([]);
  });

  test("a change cannot leave what could not be read again", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    await set(store, ID, "a", 1);
    const wrong = await failureOf(() =>
      updateSession(store, ID, (draft) => {
        draft.id = "ex--other_d9";
      })
    );
    expect(wrong.code).toBe("bad_record");
    const late = await failureOf(() =>
      updateSession(store, ID, (draft) => {
        draft.lastActivity = "late";
        draft.createdAt = "yesterday";
      })
    );
    expect(late.code).toBe("bad_record");
    expect(readRecord(store, ID)?.sharedState).toEqual({ a: 1 });
  });

  test("8 MB fit, more is refused and changes nothing", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    await set(store, ID, "big", "x".repeat(8 * 1024 * 1024));
    const { code, exit } = await failureOf(() => set(store, ID, "more", "ü".repeat(64 * 1024)));
    expect([code, exit]).toEqual(["record_too_large", 6]);
    expect(Object.keys(readRecord(store, ID)?.sharedState ?? {})).toEqual(["big"]);
  });

  test("no more than the 200 newest entries of the history are kept", async () => {
    const store = openStore({ backend: memoryBackend() });
    await updateSession(store, ID, (draft) => {
      for (let n = 0; n < 300; n += 1) draft.history.push({ at: draft.createdAt, kind: "x", n });
    });
    const history = readRecord(store, ID)?.history ?? [];
    expect([history.length, history[0]?.["n"], history.at(-1)?.["n"]]).toEqual([200, 100, 299]);
  });

  test("a clock that is set back makes no session that was changed before it was made", async () => {
    const time = clock("2030-01-01T00:00:00.000Z");
    const store = openStore({ backend: memoryBackend(), now: time.now });
    await set(store, ID, "a", 1);
    time.set("2020-01-01T00:00:00.000Z");
    await set(store, ID, "b", 2);
    expect(readRecord(store, ID)).toMatchObject({
      createdAt: "2030-01-01T00:00:00.000Z",
      updatedAt: "2030-01-01T00:00:00.000Z",
      sharedState: { a: 1, b: 2 },
    });
    // Archives of a second that was lived through twice do not collide either.
    time.set("2030-01-01T00:00:00.000Z");
    const first = await resetSession(store, ID);
    time.set("2020-01-01T00:00:00.000Z");
    await resetSession(store, ID);
    time.set("2030-01-01T00:00:00.000Z");
    expect(await resetSession(store, ID)).toBe(first.replace("--000", "--001"));
  });
});

describe("damage", () => {
  const damages: Record<string, (path: string, good: string) => void> = {
    "empty": (path) => writeFileSync(path, ""),
    "zero-filled": (path, good) => writeFileSync(path, new Uint8Array(good.length)),
    "not-json": (path, good) => writeFileSync(path, good.slice(0, good.length / 2)),
    "not-utf8": (path) => writeFileSync(path, Uint8Array.of(0x7b, 0xff, 0x7d)),
    "not-a-record": (path) => writeFileSync(path, `{"schema":1,"id":"${ID}"}`),
    "wrong-id": (path, good) => writeFileSync(path, good.replaceAll(ID, "ex--other_d9")),
  };
  for (const [reason, damage] of Object.entries(damages)) {
    test(`${reason}: readers report it, a writer moves the very bytes away, others are untouched`, async () => {
      using directory = scratch();
      const store = storeAt(directory.path);
      await set(store, ID, "a", 1);
      await set(store, "ex--good_aa", "a", 1);
      const path = store.backend.locate(recordName(ID));
      damage(path, readFileSync(path, "utf8"));
      const bytes = readFileSync(path);

      expect((await failureOf(() => readRecord(store, ID))).exit).toBe(7);
      expect([...listRecords(store)].map((one) => "record" in one).sort()).toEqual([false, true]);
      expect(readFileSync(path)).toEqual(bytes);

      const { code, message } = await failureOf(() => set(store, ID, "b", 2));
      expect(code).toBe("corrupt_record");
      const [moved = ""] = readdirSync(`${directory.path}/quarantine`);
      expect(moved).toMatch(new RegExp(`^${ID}\\.[0-9TZ-]+\\.${reason}\\.json$`));
      expect(message).toContain(moved);
      expect(readFileSync(`${directory.path}/quarantine/${moved}`)).toEqual(bytes);
      expect(readRecord(store, "ex--good_aa")?.sharedState).toEqual({ a: 1 });
      await set(store, ID, "b", 2);
      expect(readRecord(store, ID)?.sharedState).toEqual({ b: 2 });
    });
  }

  test("a newer document is refused and stays where and as it is", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    const newer = `{"schema":2,"id":"${ID}","shape":"unheard of"}`;
    store.backend.write(recordName(ID), newer);
    for (
      const work of [
        () => readRecord(store, ID),
        () => set(store, ID, "a", 1),
        () => resetSession(store, ID),
        () => deleteSession(store, ID),
      ]
    ) {
      expect(await failureOf(work)).toMatchObject({ code: "newer_record", exit: 7 });
    }
    const cleaning = { machine: machineOf({}), current: new Set<string>(), dryRun: false };
    await setConfig(store, "maxCount", 0);
    await cleanSessions(store, cleaning);
    expect(readFileSync(store.backend.locate(recordName(ID)), "utf8")).toBe(newer);
  });

  test("two damaged files of one second are both kept", async () => {
    using directory = scratch();
    const store = storeAt(directory.path, { now: clock("2026-03-01T09:30:00.000Z").now });
    for (const text of ["first", "second"]) {
      store.backend.write(recordName(ID), text);
      await failureOf(() => set(store, ID, "a", 1));
    }
    const kept = readdirSync(`${directory.path}/quarantine`).sort();
    expect(kept.map((name) => readFileSync(`${directory.path}/quarantine/${name}`, "utf8")).sort()).toEqual([
      "first",
      "second",
    ]);
  });
});

describe("archives", () => {
  test("reset keeps who the session is, and restore brings back what it was", async () => {
    const store = openStore({ backend: memoryBackend() });
    await updateSession(store, ID, (draft) => {
      Object.assign(draft, { name: "auth", role: "api", project: { root: "/p" } });
      draft.sharedState["a"] = 1;
    });
    const archive = await resetSession(store, ID);
    expect(readRecord(store, ID)).toMatchObject({
      name: "auth",
      role: "api",
      project: { root: "/p" },
      sharedState: {},
    });
    await set(store, ID, "a", 2);
    expect(await failureOf(() => restoreArchive(store, archive, null))).toMatchObject({
      code: "session_exists",
      exit: 6,
    });
    expect(readRecord(store, ID)?.sharedState).toEqual({ a: 2 });
    await deleteSession(store, ID);
    expect(await restoreArchive(store, `${archive}.session.json`, null)).toBe(ID);
    expect(readRecord(store, ID)?.sharedState).toEqual({ a: 1 });
    expect((await failureOf(() => restoreArchive(store, archive, null))).code).toBe("no_such_archive");
  });

  test("what a reset made anew is no obstacle to a restore", async () => {
    const store = openStore({ backend: memoryBackend() });
    await set(store, ID, "a", 1);
    await restoreArchive(store, await resetSession(store, ID), null);
    expect(readRecord(store, ID)?.sharedState).toEqual({ a: 1 });
    expect([...listRecords(store, "archive")]).toEqual([]);
  });

  test("restore succeeds when its archive cannot be removed, and does so when it is done again", async () => {
    const warnings: string[] = [];
    const kept = memoryBackend();
    let stuck = true;
    const remove = (name: string) => {
      if (stuck && name.startsWith("archive/")) {
        throw fail("write_failed", { what: name, why: "Not permitted" });
      }
      return kept.remove(name);
    };
    const store = openStore({ backend: { ...kept, remove }, warn: (text) => warnings.push(text) });
    await set(store, ID, "a", 1);
    const archive = await resetSession(store, ID);
    expect(await restoreArchive(store, archive, null)).toBe(ID);
    expect(readRecord(store, ID)?.sharedState).toEqual({ a: 1 });
    expect(warnings).toEqual([expect.stringContaining("The session is back, but its archive stays")]);
    await set(store, ID, "a", 2);
    stuck = false;
    expect(await restoreArchive(store, archive, null)).toBe(ID);
    expect(readRecord(store, ID)?.sharedState).toEqual({ a: 2 });
    expect(kept.list("archive")).toEqual([]);
  });

  test("restore can replace a session, which is archived", async () => {
    const store = openStore({ backend: memoryBackend() });
    await set(store, ID, "a", "old");
    const archive = await resetSession(store, ID);
    await set(store, ID, "a", "new");
    await restoreArchive(store, archive, () => {});
    expect(readRecord(store, ID)?.sharedState).toEqual({ a: "old" });
    const [other] = [...listRecords(store, "archive")];
    expect(other !== undefined && "record" in other && other.record.sharedState).toEqual({ a: "new" });
  });

  test("the counter goes to 999, and then nothing is overwritten", async () => {
    const store = openStore({ backend: memoryBackend(), now: clock("2025-11-26T14:03:00.000Z").now });
    await set(store, ID, "a", 1);
    for (let n = 0; n < 1000; n += 1) {
      const archive = await resetSession(store, ID);
      expect(archive).toBe(`${ID}--reset--2025-11-26T14-03-00Z--${String(n).padStart(3, "0")}`);
    }
    expect(await failureOf(() => resetSession(store, ID))).toMatchObject({ code: "names_used_up", exit: 6 });
  });

  test("an archive's name is no path", async () => {
    using directory = scratch();
    const store = storeAt(`${directory.path}/store`);
    await set(store, ID, "a", 1);
    writeFileSync(`${directory.path}/x.session.json`, readFileSync(store.backend.locate(recordName(ID))));
    for (const given of ["../../x", "../sessions/" + ID, `${directory.path}/x`, ".", ""]) {
      expect((await failureOf(() => restoreArchive(store, given, null))).code).toBe("no_such_archive");
    }
  });
});

describe("liveness", () => {
  const bootId = "this boot";
  const recorded = { pid: 10, start: "500", bootId, pidNamespace: "pid:[1]" };

  test("PID, start time and boot must agree", () => {
    const machine = machineOf({ 10: "500" });
    expect(processAlive(machine, recorded)).toBe(true);
    expect(processAlive(machine, { ...recorded, start: "501" })).toBe(false);
    expect(processAlive(machine, { ...recorded, bootId: "another" })).toBe(false);
    expect(processAlive(machine, { ...recorded, pid: 11 })).toBe(false);
  });

  test("what cannot be told is neither", () => {
    expect(processAlive(machineOf({}, { boot: unknown("EACCES") }), recorded)).toBeNull();
    expect(processAlive(machineOf({ 10: "500" }), { ...recorded, pidNamespace: "pid:[2]" })).toBeNull();
    expect(processAlive(machineOf({}, { exists: () => true }), recorded)).toBeNull();
  });

  test("one live process makes a session live, one unknown keeps it from being dead", () => {
    const record = freshRecord(ID, { source: "deep-anchor" }, new Date());
    const anchor = { ...recorded, tty: null };
    const holder = { ...recorded, pid: 11, command: "x", since: record.createdAt };
    expect(sessionAlive(machineOf({}), record)).toBe(false);
    expect(sessionAlive(machineOf({ 11: "500" }), { ...record, anchor, holders: [holder] })).toBe(true);
    const elsewhere = { ...holder, pidNamespace: "pid:[2]" };
    expect(sessionAlive(machineOf({}), { ...record, anchor, holders: [elsewhere] })).toBeNull();
  });
});

describe("retention", () => {
  const now = Date.parse("2026-03-01T00:00:00Z");
  const DAY = 86_400_000;
  const item = (key: string, days: number, bytes = 1, protectedBy: string | null = null) => ({
    key,
    bytes,
    at: now - days * DAY,
    protectedBy,
  });
  const gone = (verdicts: ReturnType<typeof plan>) =>
    verdicts.filter(({ action }) => action === "delete").map((verdict) => verdict.item.key);

  test("by age, then by count, then by size, the oldest first", () => {
    const items = [item("a", 100), item("b", 4), item("c", 3), item("d", 2, 2 ** 20), item("e", 1, 2 ** 20)];
    expect(gone(plan(items, { maxAgeDays: 90, maxCount: 3, maxSizeMB: 1 }, now))).toEqual([
      "a",
      "b",
      "c",
      "d",
    ]);
    expect(gone(plan(items, { maxAgeDays: 90, maxCount: 100, maxSizeMB: 500 }, now))).toEqual(["a"]);
  });

  test("what is protected stays and counts", () => {
    const items = [item("live", 100, 1, "live"), item("a", 3), item("b", 2)];
    expect(gone(plan(items, { maxAgeDays: 90, maxCount: 2, maxSizeMB: 500 }, now))).toEqual(["a"]);
    expect(gone(plan(items, { maxAgeDays: 90, maxCount: 0, maxSizeMB: 500 }, now))).toEqual(["a", "b"]);
  });

  test("a time in the future is no age", () => {
    expect(gone(plan([item("a", -5000)], { maxAgeDays: 0, maxCount: 1, maxSizeMB: 1 }, now))).toEqual([]);
  });

  test("clean archives, and never a live, current, named or undecided session", async () => {
    const store = openStore({ backend: memoryBackend(), now: clock("2026-03-01T00:00:00.000Z").now });
    const old = "2020-01-01T00:00:00.000Z";
    const anchor = { pid: 10, start: "500", bootId: "this boot", pidNamespace: "pid:[1]", tty: null };
    aged(store, "ex--old_aa", old);
    aged(store, "ex--dead_aa", old, { anchor: { ...anchor, pid: 99 } });
    aged(store, "ex--live_aa", old, { anchor });
    aged(store, "ex--unknown_aa", old, { anchor: { ...anchor, pidNamespace: "pid:[2]" } });
    aged(store, "ex--current_aa", old);
    aged(store, "ex--named_aa", old, { name: "auth" });
    aged(store, "ex--locked_aa", old);
    await using _lock = await lockScope(store, { kind: "session", id: "ex--locked_aa" });
    const cleaning = { machine: machineOf({ 10: "500" }), current: new Set(["ex--current_aa"]) };

    await cleanSessions(store, { ...cleaning, dryRun: true });
    expect([...listRecords(store)].length).toBe(7);
    const verdicts = await cleanSessions(store, { ...cleaning, dryRun: false });
    const left = [...listRecords(store)].map((one) => "record" in one ? one.record.id : "").sort();
    expect(left).toEqual([
      "ex--current_aa",
      "ex--live_aa",
      "ex--locked_aa",
      "ex--named_aa",
      "ex--unknown_aa",
    ]);
    expect([...listRecords(store, "archive")].length).toBe(2);
    expect(verdicts.find((one) => one.item.key === "ex--locked_aa")).toMatchObject({ action: "keep" });
  });

  test("purge deletes archives and quarantine beyond the limits, each for itself", async () => {
    const time = clock("2020-01-01T00:00:00.000Z");
    const store = openStore({ backend: memoryBackend(), now: time.now });
    await set(store, ID, "a", 1);
    await resetSession(store, ID);
    store.backend.write(recordName("ex--bad_aa"), "bad");
    await failureOf(() => set(store, "ex--bad_aa", "a", 1));
    time.set("2026-03-01T00:00:00.000Z");
    await resetSession(store, ID);
    expect((await purge(store, true)).filter(({ action }) => action === "delete").length).toBe(2);
    expect(store.backend.list("archive").length).toBe(2);
    await purge(store, false);
    expect([store.backend.list("archive").length, store.backend.list("quarantine").length]).toEqual([1, 0]);
  });
});

describe("configuration", () => {
  test("shows defaults, keeps what it does not know, and goes back", async () => {
    const store = openStore({ backend: memoryBackend() });
    expect(readConfig(store)).toEqual({
      maxAgeDays: 90,
      maxCount: 100,
      maxSizeMB: 500,
      "limits.sessions": 4,
      "limits.agentWorktrees": 16,
      "events.maxMB": 8,
      "limits.removedMB": 512,
      "branch.prefix": "feature/",
      "worktrees.path": ".worktrees",
      "shared.idleSeconds": 60,
      "shared.url": "",
      "shared.namespaces": "",
      "shared.store": "",
      "shared.publishState": "false",
      "marks.terminal": "",
    });
    store.backend.write("config.json", `{"schema":1,"later":true,"limits":{"other":1}}`);
    await setConfig(store, "limits.sessions", 8);
    expect((await setConfig(store, "maxCount", 5))["limits.sessions"]).toBe(8);
    await setConfig(store, "maxCount", null);
    const content = store.backend.read("config.json", "only");
    expect(content?.kind === "bytes" && JSON.parse(new TextDecoder().decode(content.bytes))).toEqual({
      schema: 1,
      later: true,
      limits: { other: 1, sessions: 8 },
    });
  });

  test("a damaged or newer one stops a cleaner", async () => {
    const store = openStore({ backend: memoryBackend() });
    const cleaning = { machine: machineOf({}), current: new Set<string>(), dryRun: false };
    for (const [text, code] of [["{", "corrupt_record"], [`{"schema":2}`, "newer_record"]] as const) {
      store.backend.write("config.json", text);
      expect(await failureOf(() => cleanSessions(store, cleaning))).toMatchObject({ code, exit: 7 });
    }
  });
});

describe("selecting", () => {
  const anchorId = (digits: string) => `anchor--${digits.padEnd(64, "0")}`;

  test("exact ID, name, label and prefix, in that order", async () => {
    const store = openStore({ backend: memoryBackend() });
    await set(store, anchorId("3f0c"), "a", 1);
    await set(store, anchorId("3f9a"), "a", 1);
    await set(store, "ex--my-session_01", "a", 1);
    aged(store, "uuid--1d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1", "2026-01-01T00:00:00Z", { name: "my-session" });
    expect(selectSession(store, "ex--my-session_01")).toBe("ex--my-session_01");
    expect(selectSession(store, "my-session")).toBe("uuid--1d0f4c1e-6a61-4f0e-9a54-0a5fb5d9f9d1");
    expect(selectSession(store, "ex--my-session")).toBe("ex--my-session_01");
    expect(selectSession(store, "3f0c")).toBe(anchorId("3f0c"));
    expect(selectSession(store, "anchor--3f9")).toBe(anchorId("3f9a"));
    for (const given of ["3f0", "nothing", "../../x", "", "a\nb", "3F0C"]) {
      expect(await failureOf(() => selectSession(store, given))).toMatchObject({
        code: "no_such_session",
        exit: 3,
      });
    }
  });

  test("ambiguity names the candidates", async () => {
    const store = openStore({ backend: memoryBackend() });
    await set(store, anchorId("3f0c"), "a", 1);
    await set(store, anchorId("3f0d"), "a", 1);
    const { code, message, exit } = await failureOf(() => selectSession(store, "anchor--3f0"));
    expect([code, exit]).toEqual(["ambiguous_session", 3]);
    expect(message).toContain(anchorId("3f0c"));
    expect(message).toContain(anchorId("3f0d"));
  });

  test("a damaged session is found too", () => {
    const store = openStore({ backend: memoryBackend() });
    store.backend.write(recordName("ex--broken_12"), "{");
    expect(selectSession(store, "ex--broken_12")).toBe("ex--broken_12");
    expect(selectSession(store, "ex--brok")).toBe("ex--broken_12");
  });
});

describe("leftovers", () => {
  test("what a killed process left goes, what is in use stays", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    await set(store, ID, "a", 1);
    await set(store, "ex--Busy_aa", "a", 1);
    const busy = fileName("ex--Busy_aa");
    const put = (name: string, text = "") => writeFileSync(`${directory.path}/${name}`, text);
    put(`sessions/${ID}.session.json.4711-x-0.tmp`, "half");
    put(`sessions/${busy}.session.json.4711-x-0.tmp`, "half");
    put(`archive/${ID}--reset--2025-11-26T14-03-00Z--000.session.json`);
    put(`archive/${ID}--reset--2025-11-26T14-03-00Z--001.session.json.1-x-0.tmp`, "half");
    put(`sessions/ex--gone_12.session.lock`);
    put(`config.json.4711-x-0.tmp`, "half");
    put("sessions/notes.txt", "not ours");
    await using lock = await lockScope(store, { kind: "session", id: "ex--Busy_aa" });
    expect((await findLeftovers(store)).map(({ kind }) => kind).sort()).toEqual([
      "lock",
      "reservation",
      "temporary",
      "temporary",
      "temporary",
    ]);
    expect((await removeLeftovers(store)).length).toBe(5);
    lock.release();
    expect((await removeLeftovers(store)).length).toBe(1);
    expect(readdirSync(`${directory.path}/sessions`).sort()).toEqual([
      `${ID}.session.json`,
      `${ID}.session.lock`,
      `${busy}.session.json`,
      `${busy}.session.lock`,
      "notes.txt",
    ].sort());
    expect(await findLeftovers(store)).toEqual([]);
    expect(existsSync(`${directory.path}/config.json.4711-x-0.tmp`)).toBe(false);
  });

  test("a name in quarantine that nothing was moved to goes with the next damage of that session", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    await set(store, ID, "a", 1);
    const path = `${directory.path}/sessions/${ID}.session.json`;
    writeFileSync(path, "half");
    mkdirSync(`${directory.path}/quarantine`, { recursive: true });
    for (const file of [ID, "ex--other_12"]) {
      writeFileSync(`${directory.path}/quarantine/${file}.2025-11-26T14-03-00Z.not-json.json`, "");
    }
    await expect(set(store, ID, "a", 2)).rejects.toThrow();
    const kept = readdirSync(`${directory.path}/quarantine`).map((name) =>
      [name.split(".")[0], readFileSync(`${directory.path}/quarantine/${name}`, "utf8")].join(" ")
    );
    expect(kept.sort()).toEqual(["ex--other_12 ", `${ID} half`].sort());
  });

  const HALF = [
    "workspaces/0123456789abcdef.json.4711-x-0.tmp",
    "hosts/0123456789abcdef.json.4711-x-0.tmp",
    "events/seen.json.4711-x-0.tmp",
    "fleet/hosts.json.4711-x-0.tmp",
    "fleet/shared.json.4711-x-0.tmp",
    "fleet/devbox.answer.json.4711-x-0.tmp",
    "agents/0123456789abcdef.json.4711-x-0.tmp",
    `background/${ID}.5a17638a-6256-45f5-9769-e614a1361419.json.4711-x-0.tmp`,
  ];

  test.each(HALF)("%s goes in whatever folder it is; one that may be at work stays", async (name) => {
    using directory = scratch();
    const store = storeAt(directory.path);
    await set(store, ID, "a", 1);
    const path = `${directory.path}/${name}`;
    mkdirSync(dirname(path), { recursive: true });
    const [folder = ""] = name.split("/");
    const lock = { workspaces: "workspace-0123456789abcdef", hosts: "hosts" }[folder];
    const isUnlocked = ["fleet", "agents", "background"].includes(folder);
    writeFileSync(path, "half");
    const at = store.now().getTime() / 1000;
    utimesSync(path, at, at);
    if (isUnlocked) {
      expect(await removeLeftovers(store)).toEqual([]);
      utimesSync(path, at - 120, at - 120);
    } else if (lock !== undefined) {
      await using _held = await store.backend.lock(`locks/${lock}.lock`, {
        waitMs: 0,
        what: "it",
        command: "x",
      });
      expect(await removeLeftovers(store)).toEqual([]);
    }
    expect((await findLeftovers(store)).map((one) => one.name)).toEqual([name]);
    expect((await removeLeftovers(store)).map((one) => one.name)).toEqual([name]);
    expect(existsSync(path)).toBe(false);
  });
});

describe("the directory", () => {
  test("a symbolic link in its place, or in a folder's, is refused", async () => {
    using directory = scratch();
    mkdirSync(`${directory.path}/real/sessions`, { recursive: true });
    symlinkSync(`${directory.path}/real`, `${directory.path}/link`);
    expect(await failureOf(() => storeAt(`${directory.path}/link`))).toMatchObject({
      code: "store_refused",
      exit: 6,
    });
    mkdirSync(`${directory.path}/store`, { mode: 0o700 });
    symlinkSync(`${directory.path}/real/sessions`, `${directory.path}/store/sessions`);
    const store = storeAt(`${directory.path}/store`);
    for (
      const work of [() => readRecord(store, ID), () => set(store, ID, "a", 1), () => [...listRecords(store)]]
    ) {
      expect((await failureOf(work)).code).toBe("store_refused");
    }
    expect(readdirSync(`${directory.path}/real/sessions`)).toEqual([]);
  });
});
