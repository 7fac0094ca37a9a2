/** `berth update`, and the installers' signature and receipt: releases on loopback, signed by minisign itself. */
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import manifest from "../../package.json" with { type: "json" };
import { tarGz } from "../../scripts/archive.ts";
import { sign } from "../../scripts/sign.ts";
import { ownTarget } from "../../scripts/targets.ts";
import { updateCommand } from "../../src/cli/commands/update/package-manager.ts";
import { verifySignature } from "../../src/cli/commands/update/signature.ts";
import { compareVersions } from "../../src/cli/commands/update/versions.ts";
import { berth, directory, root, run, scratch } from "../support/berth.ts";
import { scriptArchive, served, toolbox, withSums, written } from "../support/releases.ts";

// Programs of 100 MB are copied.
setDefaultTimeout(60_000);

const target = ownTarget();
const keys = scratch();
const [secret, publicFile] = [join(keys, "key"), join(keys, "key.pub")];
await run(["minisign", "-G", "-W", "-p", publicFile, "-s", secret]);
await run(["minisign", "-G", "-W", "-p", join(keys, "other.pub"), "-s", join(keys, "other")]);
const key = readFileSync(publicFile, "utf8").split("\n")[1] ?? "";

const bytes = (path: string) => new Uint8Array(readFileSync(path));

/** A release of a version whose program says that it is that one. @returns its files */
async function release(
  version: string,
  signedFor: string | null = version,
  by = secret,
): Promise<Map<string, Uint8Array>> {
  const archive = await scriptArchive(`echo "berth ${version} (test, ${target})"`);
  const files = withSums(new Map([[`berth-${version}-${target}.tar.gz`, archive]]));
  if (signedFor !== null) {
    const place = written(files, scratch());
    sign(place, by, signedFor);
    files.set("SHA256SUMS.minisig", bytes(join(place, "SHA256SUMS.minisig")));
  }
  return files;
}

interface Installed {
  readonly program: string;
  readonly receipt: string;
  update(...words: string[]): ReturnType<typeof run>;
}

/** The real program with a receipt. */
function installed(base: string, more: readonly string[] = [`key ${key}`]): Installed {
  const prefix = scratch();
  const program = join(directory(prefix, "bin"), "berth");
  copyFileSync(berth, program);
  const receipt = join(directory(prefix, "share", "berth"), "receipt");
  const lines = ["berth-receipt 1", `base ${base}`, `target ${target}`, `program ${program}`, ...more];
  writeFileSync(receipt, `${lines.join("\n")}\n`);
  return {
    program,
    receipt,
    update: (...words) => run([program, "update", ...words], { env: { HOME: prefix } }),
  };
}

const saysVersion = async (program: string) => (await run([program, "--version"])).stdout.split(" ")[1];

const good = await release("99.0.0");
const byOther = await release("99.0.0", "99.0.0", join(keys, "other"));
const forOther = await release("99.0.0", "98.0.0");
const unsigned = await release("99.0.0", null);

describe("berth update:", () => {
  test("a newer release takes the place of the program, which keeps its mode and leaves nothing beside it", async () => {
    const { program, update } = installed(served(await release("99.0.0")));
    expect(await update("--check")).toEqual({ stdout: "", stderr: "There is berth 99.0.0\n", status: 0 });
    expect(await saysVersion(program)).toBe(manifest.version);
    expect(await update()).toEqual({
      stdout: "",
      stderr: `Updated berth ${manifest.version} to 99.0.0\n`,
      status: 0,
    });
    expect(await saysVersion(program)).toBe("99.0.0");
    expect(statSync(program).mode & 0o777).toBe(0o755);
    expect(readdirSync(join(program, ".."))).toEqual(["berth"]);
  });

  test("from a directory, with --json", async () => {
    const { update } = installed(written(await release("99.0.0"), scratch()));
    const { stdout, status } = await update("--json");
    expect([JSON.parse(stdout), status]).toEqual([{ schema: 1, from: manifest.version, to: "99.0.0" }, 0]);
  });

  test("the same version changes nothing; an older one only when that is said", async () => {
    const same = installed(served(await release(manifest.version)));
    const before = statSync(same.program).ino;
    expect((await same.update()).stderr).toBe(`berth ${manifest.version} is the newest there\n`);
    expect(statSync(same.program).ino).toBe(before);
    const older = installed(served(await release("0.0.9")));
    expect(await older.update()).toMatchObject({
      stderr: expect.stringContaining("0.0.9 is older than"),
      status: 6,
    });
    expect(await saysVersion(older.program)).toBe(manifest.version);
    expect((await older.update("--allow-downgrade")).status).toBe(0);
    expect(await saysVersion(older.program)).toBe("0.0.9");
  });

  const changed = (name: string, change: (value: Uint8Array) => Uint8Array) =>
    new Map([...good].map(([one, value]) => [one, one === name ? change(value) : value] as const));
  const without = (name: string) => new Map([...good].filter(([one]) => one !== name));
  const archive = `berth-99.0.0-${target}.tar.gz`;
  const flipped = (value: Uint8Array) => value.with(value.length >> 1, (value[value.length >> 1] ?? 0) ^ 1);
  const edited = (from: string, to: string) => (value: Uint8Array) =>
    new TextEncoder().encode(new TextDecoder().decode(value).replace(from, to));

  test.each(
    [
      ["no signature", without("SHA256SUMS.minisig"), "has no signature"],
      ["another key", byOther, "another key"],
      ["another version's signature", forOther, "its signature is for"],
      ["changed sums", changed("SHA256SUMS", edited("99.0.0", "99.0.1")), "does not fit"],
      ["a changed comment", changed("SHA256SUMS.minisig", edited("berth 99.0.0", "berth 99.0.9")), "comment"],
      [
        "a cut signature",
        changed("SHA256SUMS.minisig", (value) => value.subarray(0, 80)),
        "its signature is none",
      ],
      ["a changed archive", changed(archive, flipped), "the checksum of"],
      ["no archive", without(archive), "Cannot fetch"],
      [
        "nothing for this machine",
        withSums(new Map([["berth-99.0.0-plan9-x64.tar.gz", new Uint8Array(1)]])),
        "signature",
      ],
    ] as const,
  )("%s: refused, and the program is as it was", async (_, files, message) => {
    const { program, update } = installed(served(files));
    const before = statSync(program).ino;
    const { stderr, status } = await update();
    expect(stderr).toContain(message);
    expect([1, 6]).toContain(status);
    expect(statSync(program).ino).toBe(before);
    expect(readdirSync(join(program, ".."))).toEqual(["berth"]);
  });

  test("without a key in the receipt the sums are checked, and that is said", async () => {
    const { program, update } = installed(served(without("SHA256SUMS.minisig")), []);
    expect(await update()).toMatchObject({ stderr: expect.stringContaining("checksums alone"), status: 0 });
    expect(await saysVersion(program)).toBe("99.0.0");
    const broken = installed(served(changed(archive, flipped)), []);
    expect(await broken.update()).toMatchObject({
      stderr: expect.stringContaining("the checksum of"),
      status: 6,
    });
  });

  test("a program that does not start here takes no place", async () => {
    const bad = await tarGz([{
      name: "berth",
      bytes: new TextEncoder().encode("#!/bin/sh\nexit 1\n"),
      executable: true,
    }]);
    const { program, update } = installed(served(withSums(new Map([[archive, bad]]))), []);
    expect(await update()).toMatchObject({
      stderr: expect.stringContaining("does not start here"),
      status: 6,
    });
    expect(await saysVersion(program)).toBe(manifest.version);
  });

  test("without a receipt, or with that of another program, it says what to type", async () => {
    const one = installed("/release");
    writeFileSync(
      one.receipt,
      readFileSync(one.receipt, "utf8").replace(/^program .*$/m, "program /usr/bin/true"),
    );
    const told = await one.update("--json");
    expect(told.status).toBe(6);
    expect(JSON.parse(told.stderr)).toMatchObject({
      error: { code: "no_receipt", hint: `Type "sh install.sh --base URL"` },
    });
  });

  test.each([
    ["", "does not begin"],
    ["berth-receipt 2\nbase /x\n", "does not begin"],
    ["berth-receipt 1\ntarget linux-x64\nprogram /x\n", "its base"],
    ["berth-receipt 1\nbase http://example.invalid/x\ntarget linux-x64\nprogram /x\n", "its base"],
    ["berth-receipt 1\nbase /x\ntarget ../x\nprogram /x\n", "its target"],
    ["berth-receipt 1\nbase /x\ntarget linux-x64\nkey short\nprogram /x\n", "its key"],
  ])("a damaged receipt is told: %p", async (content, message) => {
    const { receipt, update } = installed("/release");
    writeFileSync(receipt, content);
    expect(await update()).toMatchObject({ stderr: expect.stringContaining(message), status: 7 });
  });

  test("it reads minisign's own signatures, and each changed byte of one is seen", () => {
    const place = written(good, scratch());
    const sums = bytes(join(place, "SHA256SUMS"));
    const signature = readFileSync(join(place, "SHA256SUMS.minisig"), "utf8");
    expect(verifySignature(sums, signature, key)).toBe("berth 99.0.0 SHA256SUMS");
    const [, first = ""] = signature.split("\n");
    for (let at = 0; at < first.length - 2; at += 7) {
      const other = first[at] === "A" ? "B" : "A";
      const damaged = signature.replace(first, first.slice(0, at) + other + first.slice(at + 1));
      expect(verifySignature(sums, damaged, key)).toBeInstanceOf(Error);
    }
  });

  test.each([
    ["0.2.0", "0.10.0", -1],
    ["1.0.0-rc.1", "1.0.0", -1],
    ["1.0.0-rc.2", "1.0.0-rc.10", -1],
    ["1.0.0-alpha", "1.0.0-alpha.1", -1],
    ["1.0.0-1", "1.0.0-a", -1],
    ["1.0.0+x", "1.0.0+y", 0],
  ])("%s against %s", (one, other, order) => {
    expect(Math.sign(compareVersions(one, other))).toBe(order);
    expect(Math.sign(compareVersions(other, one))).toBe(order === 0 ? 0 : -order);
  });

  test.each([
    ["/opt/homebrew/Cellar/berth/0.2.0/bin/berth", "brew upgrade berth"],
    ["/nix/store/abc-berth/bin/berth", "nix profile upgrade berth"],
    [
      "/usr/lib/node_modules/@berth-cli/berth/node_modules/@berth-cli/linux-x64/bin/berth",
      "npm install --global @berth-cli/berth@latest",
    ],
    ["/home/me/p/node_modules/@berth-cli/linux-x64/bin/berth", "npm install @berth-cli/berth@latest"],
    ["C:\\Users\\me\\scoop\\apps\\berth\\0.2.0\\berth.exe", "scoop update berth"],
    ["/usr/bin/berth", "sudo apt install ./berth_VERSION_ARCHITECTURE.deb"],
    ["/home/me/bin/berth", "sh install.sh --base URL"],
  ])("%s is updated by %p", (path, command) => {
    expect(updateCommand(path, (file) => file === "/usr/share/doc/berth/copyright")).toBe(command);
  });
});

describe("install.sh:", () => {
  const INSTALLER = join(root, "scripts", "install.sh");
  const install = (base: string, ...words: string[]) => {
    const prefix = scratch();
    const to = join(prefix, "bin");
    const done = (env: Readonly<Record<string, string>> = {}) =>
      run(["sh", INSTALLER, "--base", base, "--to", to, ...words], {
        env: { HOME: prefix, SHELL: "/bin/bash", ...env },
      });
    return { prefix, to, done };
  };

  test.each([["the key", key], ["its file", publicFile]])(
    "a signed release is installed by %s; the receipt has it",
    async (_, given) => {
      const base = served(await release("99.0.0"));
      const { prefix, to, done } = install(base, "--key", given);
      expect(await done()).toMatchObject({ stderr: expect.not.stringContaining("no signature"), status: 0 });
      expect(readFileSync(join(prefix, "share/berth/receipt"), "utf8")).toBe(
        `berth-receipt 1\nbase ${base}\ntarget ${target}\nprogram ${to}/berth\nkey ${key}\n`,
      );
    },
  );

  test.each([
    ["no signature", unsigned, "is not signed"],
    ["another key", byOther, "is wrong"],
    [
      "another version's",
      forOther,
      `is for "berth 98.0.0 SHA256SUMS", not for 99.0.0`,
    ],
  ])("%s: nothing is installed", async (_, files, message) => {
    const { prefix, done } = install(served(files), "--key", key);
    expect(await done()).toMatchObject({ stdout: "", stderr: expect.stringContaining(message), status: 1 });
    expect(readdirSync(prefix)).toEqual([]);
  });

  test("without minisign, and without a key, the sums alone are checked, and that is said", async () => {
    const base = served(await release("99.0.0", null));
    const TOOLS = "sh uname getconf ldd sed awk mktemp rm mkdir chmod mv cp tar gzip tr cat id curl sha256sum"
      .split(" ");
    const PATH = toolbox(join(scratch(), "tools"), TOOLS);
    const keyed = await install(base, "--key", key).done({ PATH });
    expect(keyed).toMatchObject({ stderr: expect.stringContaining("minisign is not here"), status: 0 });
    const bare = await install(base).done();
    expect(bare).toMatchObject({ stderr: expect.stringContaining("no key was given"), status: 0 });
    expect((await install(base, "--key", "x").done()).status).toBe(2);
  });

  test("manual pages and completions go into the prefix, noted in the receipt; update brings the new ones", async () => {
    const page = (version: string, name = "berth.1") => ({
      name: `share/man/man1/${name}`,
      bytes: new TextEncoder().encode(version),
      executable: false,
    });
    const program = { name: "berth", bytes: bytes(berth), executable: true };
    const here = join(scratch(), "release");
    const made = async (version: string) =>
      withSums(
        new Map([[
          `berth-${version}-${target}.tar.gz`,
          await tarGz([program, page(version), page("", "berth-gone.1")]),
        ]]),
      );
    written(await made(manifest.version), here);
    const { prefix, to, done } = install(here);
    expect((await done()).status).toBe(0);
    const installedPage = join(prefix, "share/man/man1/berth.1");
    expect(readFileSync(installedPage, "utf8")).toBe(manifest.version);
    expect(readFileSync(join(prefix, "share/berth/receipt"), "utf8")).toContain(`\nfile ${installedPage}\n`);
    const script = new TextEncoder().encode(`#!/bin/sh\necho "berth 99.0.0 (x)"\n`);
    const newer = await tarGz([{ ...program, bytes: script }, page("99.0.0"), page("", "berth-new.1")]);
    const ofSomebodyElse = join(prefix, "share/man/man1/berth-mine.1");
    writeFileSync(ofSomebodyElse, "");
    written(withSums(new Map([[`berth-99.0.0-${target}.tar.gz`, newer]])), here);
    expect((await run([join(to, "berth"), "update"])).status).toBe(0);
    expect(readFileSync(installedPage, "utf8")).toBe("99.0.0");
    // A page of the version before goes, a new one comes, both in the receipt; nobody else's is touched.
    expect(readdirSync(join(prefix, "share/man/man1")).sort()).toEqual([
      "berth-mine.1",
      "berth-new.1",
      "berth.1",
    ]);
    expect(readFileSync(join(prefix, "share/berth/receipt"), "utf8")).toBe(
      `berth-receipt 1\nbase ${here}\ntarget ${target}\nprogram ${to}/berth\n` +
        `file ${prefix}/share/man/man1/berth-new.1\nfile ${installedPage}\n`,
    );
    expect(await saysVersion(join(to, "berth"))).toBe("99.0.0");
  });

  // Another user's ID, as that of nobody else here.
  const OTHER = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"];

  test(
    "what root installs with a narrow umask everybody uses, with a store of his own; root alone updates it",
    async () => {
      const here = written(await release("99.0.0"), join(scratch(), "release"));
      const mine = join(scratch(), "mine");
      const page = { name: "share/man/man1/berth.1", bytes: new Uint8Array(1), executable: false };
      const own = await tarGz([{ name: "berth", bytes: bytes(berth), executable: true }, page]);
      written(withSums(new Map([[`berth-${manifest.version}-${target}.tar.gz`, own]])), mine);
      const prefix = join(scratch(), "everybody");
      for (const place of [join(prefix, ".."), join(here, ".."), join(mine, "..")]) chmodSync(place, 0o755);
      const words = [INSTALLER, "--base", mine, "--to", join(prefix, "bin")];
      const done = await run(["sh", "-c", 'umask 077; exec sh "$@"', "sh", ...words]);
      expect(done.status).toBe(0);
      const home = scratch();
      chownSync(home, 54321, 54321);
      const call = (...more: string[]) =>
        run([...OTHER, ...more], { env: { HOME: home, BERTH_SESSION: "x" } });
      const program = join(prefix, "bin", "berth");
      expect((await call(program, "set", "k", "v")).status).toBe(0);
      expect((await call(program, "get", "k")).stdout).toBe("v\n");
      expect((await run([program, "get", "k"], { env: { HOME: prefix, BERTH_SESSION: "x" } })).status).not
        .toBe(0);
      expect((await call("cat", join(prefix, page.name))).status).toBe(0);
      expect(statSync(join(home, ".local/state/berth")).mode & 0o777).toBe(0o700);
      const receipt = join(prefix, "share/berth/receipt");
      writeFileSync(receipt, readFileSync(receipt, "utf8").replace(`base ${mine}`, `base ${here}`));
      expect(await call(program, "update")).toMatchObject({
        stderr: expect.stringContaining(`hint: Type "sudo ${program} update"`),
        status: 1,
      });
      expect(await saysVersion(program)).toBe(manifest.version);
      expect((await run([program, "update"])).status).toBe(0);
      expect(await saysVersion(program)).toBe("99.0.0");
    },
  );

  test("the page's way to uninstall takes what it brought, and nothing else", async () => {
    const page = { name: "share/man/man1/berth.1", bytes: new Uint8Array(1), executable: false };
    const program = { name: "berth", bytes: bytes(berth), executable: true };
    const archive = [`berth-${manifest.version}-${target}.tar.gz`, await tarGz([program, page])] as const;
    const home = scratch();
    const prefix = join(home, ".local");
    const base = written(withSums(new Map([archive])), join(scratch(), "release"));
    const env = { HOME: home, BERTH_SESSION: "x" };
    expect((await run(["sh", INSTALLER, "--base", base], { env })).status).toBe(0);
    writeFileSync(join(prefix, "share/man/man1/mine.1"), "");
    expect((await run([join(prefix, "bin/berth"), "set", "k", "v"], { env })).status).toBe(0);
    const way = /```sh uninstall\n([^`]+)```/.exec(readFileSync(join(root, "docs/release.md"), "utf8"))?.[1];
    expect(await run(["sh", "-euc", way ?? ""], { env })).toEqual({ stdout: "", stderr: "", status: 0 });
    const files = await run(["find", ".", "-type", "f", "-not", "-path", "./state/*"], { cwd: prefix });
    expect(files.stdout).toBe("./share/man/man1/mine.1\n");
    expect((await run([berth, "get", "k"], { env })).stdout).toBe("v\n");
  });

  test("a program that the processor cannot run is told as such", async () => {
    const archive = await scriptArchive("kill -ILL $$");
    const { prefix, done } = install(served(withSums(new Map([[`berth-99.0.0-${target}.tar.gz`, archive]]))));
    expect(await done()).toMatchObject({ stderr: expect.stringContaining("lacks SSE4.2"), status: 1 });
    expect(existsSync(join(prefix, "bin", "berth"))).toBe(false);
  });
});
