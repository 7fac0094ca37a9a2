import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import manifest from "../../package.json" with { type: "json" };
import { type Member, sha256, sumLines, tarGz, zip } from "../../scripts/archive.ts";
import { checkRuntime, PINNED } from "../../scripts/pinned-runtimes.ts";
import { archiveName } from "../../scripts/archive-name.ts";
import { changelogLacks, release } from "../../scripts/release.ts";
import { ownTarget, TARGETS } from "../../scripts/targets.ts";
import { root, run, scratch } from "../support/berth.ts";

// Binaries of 100 MB are built and moved: slow on a busy machine.
setDefaultTimeout(60_000);

const text = (name: string, content: string, executable = false): Member => ({
  name,
  bytes: new TextEncoder().encode(content),
  executable,
});

const MEMBERS = [
  text("berth", "#!/bin/sh\n", true),
  text("README.md", "Read me\n"),
  text("LICENSE", "MIT\n"),
];

test("a tar archive is what tar reads", async () => {
  const directory = scratch();
  const file = join(directory, "a.tar.gz");
  writeFileSync(file, await tarGz(MEMBERS));
  const list = await run(["tar", "--utc", "--full-time", "-tvzf", file]);
  expect(list).toEqual({
    stdout: [
      "-rw-r--r-- root/root         4 2000-01-01 12:00:00 LICENSE",
      "-rw-r--r-- root/root         8 2000-01-01 12:00:00 README.md",
      "-rwxr-xr-x root/root        10 2000-01-01 12:00:00 berth\n",
    ].join("\n"),
    stderr: "",
    status: 0,
  });
  expect((await run(["tar", "-xzOf", file, "berth"])).stdout).toBe("#!/bin/sh\n");
});

test("a tar archive ends as POSIX wants it, whatever its size", async () => {
  for (const size of [0, 1, 511, 512, 513, 8704, 10240]) {
    const tar = Bun.gunzipSync(new Uint8Array(await tarGz([text("berth", "x".repeat(size))])));
    expect(tar.length).toBe(512 + Math.ceil(size / 512) * 512 + 1024);
    expect(tar.subarray(-1024).every((byte) => byte === 0)).toBe(true);
  }
});

test("a zip archive is what unzip reads", async () => {
  const directory = scratch();
  const file = join(directory, "a.zip");
  writeFileSync(file, zip(MEMBERS));
  const list = await run(["unzip", "-Z", "-T", file]);
  const lines = list.stdout.split("\n").filter((line) => line.startsWith("-"));
  expect(lines.map((line) => [line.slice(0, 10), ...line.split(/\s+/).slice(-2)])).toEqual([
    ["-rw-r--r--", "20000101.120000", "LICENSE"],
    ["-rw-r--r--", "20000101.120000", "README.md"],
    ["-rwxr-xr-x", "20000101.120000", "berth"],
  ]);
  expect((await run(["unzip", "-tq", file])).status).toBe(0);
  expect((await run(["unzip", "-p", file, "berth"])).stdout).toBe("#!/bin/sh\n");
});

test("the bytes depend neither on order nor on clock and time zone", async () => {
  const here = [await tarGz(MEMBERS), zip(MEMBERS)].map(sha256);
  expect([await tarGz(MEMBERS.toReversed()), zip(MEMBERS.toReversed())].map(sha256)).toEqual(here);
  const script = join(scratch(), "archive.ts");
  const members = MEMBERS.map(({ name, bytes, executable }) => ({ name, bytes: [...bytes], executable }));
  writeFileSync(
    script,
    `import { sha256, tarGz, zip } from ${JSON.stringify(join(root, "scripts", "archive.ts"))};
    const members = ${JSON.stringify(members)}.map((one) => ({ ...one, bytes: new Uint8Array(one.bytes) }));
    console.log(JSON.stringify([await tarGz(members), zip(members)].map(sha256)));`,
  );
  for (const TZ of ["Pacific/Kiritimati", "America/Adak"]) {
    const there = await run([process.execPath, script], { env: { TZ } });
    expect(JSON.parse(there.stdout)).toEqual(here);
  }
});

test("SHA256SUMS is what sha256sum reads", async () => {
  const directory = scratch();
  writeFileSync(join(directory, "b"), "b");
  writeFileSync(join(directory, "a"), "a");
  const sum = (name: string): [string, string] => [name, sha256(readFileSync(join(directory, name)))];
  writeFileSync(join(directory, "SHA256SUMS"), sumLines(new Map([sum("b"), sum("a")])));
  const checked = await run(["sha256sum", "--strict", "-c", "SHA256SUMS"], { cwd: directory });
  expect(checked).toEqual({ stdout: "a: OK\nb: OK\n", stderr: "", status: 0 });
});

test("a release holds archives of the program, licence and README, and takes the place of an earlier one", async () => {
  const directory = join(scratch(), "release");
  mkdirSync(directory);
  writeFileSync(join(directory, "berth-0.0.1-linux-x64.tar.gz"), "");
  await release([ownTarget()], directory);
  const name = archiveName(ownTarget());
  expect(readdirSync(directory).sort()).toEqual(["SHA256SUMS", name]);
  expect((await run(["sha256sum", "--strict", "-c", "SHA256SUMS"], { cwd: directory })).status).toBe(0);
  const unpacked = await run(["tar", "-xvzf", name], { cwd: directory });
  const names = unpacked.stdout.trim().split("\n");
  expect(names.filter((name) => !name.startsWith("share/"))).toEqual(["LICENSE", "README.md", "berth"]);
  for (const path of ["man/man1/berth.1", "man/man7/berth-sessions.7", "bash-completion/completions/berth"]) {
    expect(names).toContain(`share/${path}`);
  }
  const version = await run([join(directory, "berth"), "--version"]);
  expect(version.stdout).toStartWith(`berth ${manifest.version} (`);
  expect(readFileSync(join(directory, "LICENSE"), "utf8")).toBe(readFileSync(join(root, "LICENSE"), "utf8"));
});

test("a release is made with the runtimes that were looked at", () => {
  expect(PINNED.bun).toBe(manifest.devDependencies.bun);
  expect(Bun.version).toBe(PINNED.bun);
  expect(new Set(Object.values(PINNED.sha256)).size).toBe(Object.keys(TARGETS).length);
  checkRuntime(ownTarget());
  const other = join(scratch(), "bun");
  writeFileSync(other, "another runtime");
  expect(() => checkRuntime("darwin-x64", other)).toThrow("The runtime for darwin-x64 is not that of Bun");
});

test("a version has its title in the changelog, and this one has", () => {
  const titled = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-31\n\n### Added\n\n- x\n";
  expect(changelogLacks(titled, "1.2.0")).toBeUndefined();
  expect(changelogLacks(titled, "1.2.1")).toContain('no title "## [1.2.1] - ');
  expect(changelogLacks(titled.replace(" - 2026-01-31", ""), "1.2.0")).toContain("no title");
  expect(changelogLacks(titled.replace("d]\n", "d]\n\n### Fixed\n\n- y\n  z\n- w\n"), "1.2.0")).toContain(
    '2 entries stand under "Unreleased"',
  );
  const own = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  expect(own).toMatch(
    new RegExp(`^## \\[${manifest.version.replaceAll(".", "\\.")}\\] - \\d{4}-\\d\\d-\\d\\d$`, "m"),
  );
});
