import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Content } from "../../src/store/backend.ts";
import { decode, type Decoded } from "../../src/store/decode.ts";
import { migrate } from "../../src/store/migrate.ts";
import { archiveName, fileName, recordName } from "../../src/store/names.ts";
import { storePlace } from "../../src/store/place.ts";
import { entry, freshRecord, setEntry } from "../../src/store/record.ts";
import { increment } from "../../src/store/state.ts";
import { failureOf } from "../support/store.ts";

const ID = "ex--build_5d";
const fresh = () => freshRecord(ID, { source: "explicit-flag" }, new Date("2026-03-01T09:30:00Z"));
const bytesOf = (text: string): Content => ({ kind: "bytes", bytes: new TextEncoder().encode(text) });
const decoded = (document: unknown): Decoded => decode(bytesOf(JSON.stringify(document)), (id) => id === ID);
const reasonOf = (found: Decoded): string => found.kind === "damaged" ? found.reason : found.kind;

describe("file names", () => {
  test("an ID in lower case is its own file name", () => {
    expect(recordName(ID)).toBe("sessions/ex--build_5d.session.json");
  });

  test("an ID with capitals carries its hash, so no two meet where case does not count", () => {
    expect(fileName("ex--Foo_12")).toMatch(/^ex--foo_12~[0-9a-f]{16}$/);
    const names = ["ex--Foo_12", "ex--foo_12", "ex--fOO_12"].map((id) => fileName(id).toLowerCase());
    expect(new Set(names).size).toBe(3);
  });

  test("no name is a Windows device's, with or without an ending", () => {
    for (const id of ["con", "NUL", "com1", "con.x--a_ca", "Aux.b--c_2e", "lpt9.--a_ca"]) {
      expect(`${fileName(id)}.session.json`).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
    }
  });

  test("different IDs have different files, all of them harmless", () => {
    const part = fc.stringMatching(/^[A-Za-z0-9._-]{1,37}$/);
    const id = fc.tuple(part, part).map(([namespace, payload]) => `${namespace}--${payload}`);
    fc.assert(fc.property(id, id, (a, b) => {
      expect(fileName(a)).toMatch(/^[a-z0-9._~-]+$/);
      expect(archiveName(fileName(a), new Date(0), 999).length).toBeLessThan(230);
      expect(fileName(a).toLowerCase() === fileName(b).toLowerCase()).toBe(a === b);
    }));
  });
});

describe("decoding", () => {
  test("a record is taken as it stands, unknown fields included", () => {
    const document = { ...fresh(), future: { a: [1] }, run: undefined, project: { root: "/p", later: true } };
    const found = decoded(document);
    expect(found.kind === "record" && JSON.stringify(found.record)).toBe(JSON.stringify(document));
  });

  test("every kind of damage has its name", () => {
    const cases: [Decoded, string][] = [
      [decode(bytesOf(""), () => true), "empty"],
      [decode({ kind: "bytes", bytes: new Uint8Array(512) }, () => true), "zero-filled"],
      [decode({ kind: "bytes", bytes: Uint8Array.of(0x22, 0xff, 0x22) }, () => true), "not-utf8"],
      [decode(bytesOf(JSON.stringify(fresh()).slice(0, -20)), () => true), "not-json"],
      [decode({ kind: "unfit", reason: "too-large", size: 9e9 }, () => true), "too-large"],
      [decoded([]), "not-a-record"],
      [decoded({ ...fresh(), schema: 0 }), "not-a-record"],
      [decoded({ ...fresh(), schema: "1" }), "not-a-record"],
      [decoded({ ...fresh(), sharedState: [] }), "not-a-record"],
      [decoded({ ...fresh(), updatedAt: "2026-99-01T00:00:00Z" }), "not-a-record"],
      [decoded({ ...fresh(), id: "ex--other_d9" }), "wrong-id"],
      [decoded({ schema: 2, anything: true }), "newer"],
    ];
    for (const [found, reason] of cases) expect(reasonOf(found)).toBe(reason);
  });

  test("whatever JSON stands in the file, decoding answers and does not throw", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      expect(["damaged", "newer"]).toContain(decoded(value).kind);
    }));
  });
});

describe("migration", () => {
  const steps = {
    1: (old: Readonly<Record<string, unknown>>) => ({ ...old, two: true }),
    2: (old: Readonly<Record<string, unknown>>) => ({ ...old, three: old["two"] }),
  };

  test("goes step by step and keeps what it does not know", () => {
    expect(migrate({ schema: 1, kept: "x" }, 1, 3, steps)).toEqual({
      schema: 3,
      kept: "x",
      two: true,
      three: true,
    });
    expect(migrate({ schema: 3 }, 3, 3, steps)).toEqual({ schema: 3 });
  });

  test("leaves its input alone, and knows a version that never was", () => {
    const old = Object.freeze({ schema: 1 });
    migrate(old, 1, 2, steps);
    expect(old).toEqual({ schema: 1 });
    expect(migrate({ schema: 7 }, 7, 8, steps)).toBeNull();
  });
});

describe("values", () => {
  test("a key is data, whatever it is called", () => {
    for (const key of ["__proto__", "constructor", "toString", ""]) {
      const values: Record<string, unknown> = {};
      expect(entry(values, key)).toBeUndefined();
      setEntry(values, key, { polluted: true });
      const again = JSON.parse(JSON.stringify(values));
      expect(entry(again, key)).toEqual({ polluted: true });
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    }
  });

  test("a sum starts at 0, takes integers and their decimal spelling, and is exact or refused", async () => {
    const values: Record<string, unknown> = {
      text: "41",
      many: "many",
      half: 0.5,
      big: Number.MAX_SAFE_INTEGER,
    };
    expect(increment(values, "new", 1)).toBe(1);
    expect(increment(values, "text", -1)).toBe(40);
    expect(values["text"]).toBe(40);
    for (const key of ["many", "half"]) {
      expect((await failureOf(() => increment(values, key, 1))).code).toBe("not_a_number");
    }
    expect((await failureOf(() => increment(values, "big", 1))).code).toBe("number_too_large");
    expect(values["big"]).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe("the store's place", () => {
  const at = (system: string, environment: Record<string, string>) =>
    storePlace({ system, environment, workingDirectory: () => "/work", registeredHome: () => "/home/reg" });

  test("Linux: BERTH_HOME, XDG_STATE_HOME, HOME, the user database", () => {
    expect(at("linux", { BERTH_HOME: "/b/", XDG_STATE_HOME: "/x", HOME: "/h" })).toBe("/b");
    expect(at("linux", { BERTH_HOME: "here" })).toBe("/work/here");
    expect(at("linux", { BERTH_HOME: "", XDG_STATE_HOME: "/x/", HOME: "/h" })).toBe("/x/berth");
    expect(at("linux", { XDG_STATE_HOME: "relative", HOME: "/h" })).toBe("/h/.local/state/berth");
    expect(at("linux", {})).toBe("/home/reg/.local/state/berth");
    expect(at("linux", { HOME: "/" })).toBe("/.local/state/berth");
  });

  test("macOS and Windows", () => {
    expect(at("darwin", { HOME: "/Users/me", XDG_STATE_HOME: "/x" })).toBe(
      "/Users/me/Library/Application Support/berth",
    );
    expect(at("win32", { LOCALAPPDATA: "C:\\Users\\me\\AppData\\Local" })).toBe(
      "C:\\Users\\me\\AppData\\Local/berth",
    );
    expect(at("win32", { USERPROFILE: "C:\\Users\\me" })).toBe("C:\\Users\\me/AppData/Local/berth");
    expect(at("win32", {})).toBeNull();
  });
});
