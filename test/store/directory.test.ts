/** Which directories are taken for a store, and what happens to those that others may look into. */
import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, directory, type Result, run, scratch } from "../support/berth.ts";
import { confine } from "../support/confine.ts";

const home = scratch();
let count = 0;
const fresh = (mode: number): string => {
  const path = directory(home, `d${count++}`);
  chmodSync(path, mode);
  return path;
};
const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8);

const within = (store: string, words: readonly string[], before: readonly string[] = []): Promise<Result> =>
  run([...before, berth, ...words], { env: { HOME: home, BERTH_HOME: store, BERTH_SESSION: "here" } });

const READING = [
  ["list"],
  ["get", "a"],
  ["keys"],
  ["show"],
  ["history"],
  ["path"],
  ["archives"],
  ["config"],
  [
    "clean",
  ],
  ["purge"],
  ["doctor"],
];

describe("a directory that holds what is not ours", () => {
  const FOREIGN: Readonly<Record<string, (path: string) => void>> = {
    "a file": (path) => writeFileSync(join(path, "x"), ""),
    "a hidden file": (path) => writeFileSync(join(path, ".x"), ""),
    "a folder": (path) => mkdirSync(join(path, "src")),
    "sessions of another program": (path) => {
      mkdirSync(join(path, "sessions", "2026"), { recursive: true });
      writeFileSync(join(path, "config.toml"), "");
    },
    "an archive of another program": (path) => {
      mkdirSync(join(path, "archive"));
      writeFileSync(join(path, "index.html"), "");
    },
    "a config.json of another program": (path) => {
      writeFileSync(join(path, "config.json"), "{}");
      writeFileSync(join(path, "package.json"), "{}");
    },
  };

  test.each(Object.entries(FOREIGN))("is refused and stays as it is: %s", async (_, fill) => {
    for (const bits of [0o755, 0o1777, 0o2775]) {
      const store = fresh(bits);
      fill(store);
      const names = readdirSync(store);
      for (const words of [["list"], ["get", "a"], ["set", "a", "1"], ["hold", "--", "true"]]) {
        const { stdout, stderr, status } = await within(store, words);
        expect([words, stdout, status]).toEqual([words, "", 6]);
        expect(stderr).toContain(`Name one of its own: export BERTH_HOME="${store}/berth"`);
      }
      expect([mode(store), readdirSync(store)]).toEqual([bits.toString(8), names]);
      expect((await within(`${store}/berth`, ["set", "a", "1"])).status).toBe(0);
      expect(mode(store)).toBe(bits.toString(8));
    }
  });

  test.each([["/"], ["/tmp"], ["/etc"], ["/proc"], ["/dev"]])("%s is one", async (path) => {
    const before = mode(path);
    expect((await within(path, ["list"])).status).toBe(6);
    expect(mode(path)).toBe(before);
  });

  test("what file systems put there is nobody's, and what we made is ours beside anything", async () => {
    const mounted = fresh(0o700);
    mkdirSync(join(mounted, "lost+found"));
    expect((await within(mounted, ["set", "a", "1"])).status).toBe(0);
    writeFileSync(join(mounted, "notes.txt"), "");
    expect(await within(mounted, ["get", "a"])).toEqual({ stdout: "1\n", stderr: "", status: 0 });
    // As a crash leaves it that met the first write.
    const half = fresh(0o700);
    mkdirSync(join(half, "sessions"));
    expect((await within(half, ["set", "a", "1"])).status).toBe(0);
  });
});

describe("a store that others may look into", () => {
  test("is left alone by what reads, and closed by what writes", async () => {
    const store = fresh(0o755);
    for (const words of READING) await within(store, words);
    expect([mode(store), readdirSync(store)]).toEqual(["755", []]);
    expect(await within(store, ["set", "a", "1"])).toMatchObject({
      stderr: `berth: warning: "${store}" was open to other users (mode 0755); it is now for you alone\n`,
      status: 0,
    });
    expect(mode(store)).toBe("700");
    const record = join(store, "sessions", readdirSync(join(store, "sessions"))[0] ?? "");
    chmodSync(record, 0o644);
    chmodSync(join(store, "sessions"), 0o750);
    for (const words of READING) expect((await within(store, words)).stderr).not.toContain("warning");
    expect([mode(record), mode(join(store, "sessions"))]).toEqual(["644", "750"]);
    expect((await within(store, ["set", "a", "1"])).stderr).toContain("mode 0750");
    expect([mode(record), mode(join(store, "sessions"))]).toEqual(["600", "700"]);
    expect((await within(store, ["set", "a", "1"])).stderr).toBe("");
  });

  test("is not closed where it was shared on purpose, which is said once", async () => {
    for (const bits of [0o1777, 0o2775, 0o3770]) {
      const store = fresh(bits);
      const { stderr, status } = await within(store, ["set", "a", "1"]);
      expect(status).toBe(0);
      expect(stderr).toContain(`(mode ${bits.toString(8)}) and stays so: it is shared on purpose`);
      expect(await within(store, ["set", "a", "2"])).toEqual({ stdout: "", stderr: "", status: 0 });
      expect(mode(store)).toBe(bits.toString(8));
    }
  });

  test("says once, and truly, that its file system keeps no modes", async () => {
    // A chmod that says it was done and does nothing, as on bindfs, CIFS and drvfs.
    const without = [confine(), "chmod=0", "fchmod=0", "fchmodat=0", "--"];
    const store = fresh(0o777);
    const { stderr, status } = await within(store, ["set", "a", "1"], without);
    expect(status).toBe(0);
    expect(stderr.split("\n").length).toBe(2);
    expect(stderr).toContain("stays so: its file system keeps no modes");
    for (const words of [["set", "a", "2"], ["reset"], ["hold", "--", "true"], ["doctor", "--fix"]]) {
      expect([words, (await within(store, words, without)).stderr]).toEqual([words, ""]);
    }
    expect(mode(store)).toBe("777");
    const { stdout } = await within(store, ["doctor", "--json"], without);
    expect(stdout).toContain('"store_open"');
  });

  test("says once that a mode cannot be changed", async () => {
    const without = [confine(), "chmod=1", "fchmod=1", "fchmodat=1", "--"];
    const store = fresh(0o755);
    expect((await within(store, ["set", "a", "1"], without)).stderr).toContain(
      "stays so: Operation not permitted",
    );
    expect((await within(store, ["set", "a", "2"], without)).stderr).toBe("");
  });
});
