/** Packages of systems, by the systems' own programs, each in a root of its own. */
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { unpackTar } from "modern-tar";
import manifest from "../../package.json" with { type: "json" };
import { sha256 } from "../../scripts/archive.ts";
import { apks } from "../../scripts/packages/apk.ts";
import { ar } from "../../scripts/packages/ar.ts";
import { aur } from "../../scripts/packages/aur.ts";
import { debs } from "../../scripts/packages/deb.ts";
import { manPages } from "../../scripts/packages/man.ts";
import { parseOptions } from "../../scripts/packages/options.ts";
import { rpms } from "../../scripts/packages/rpm.ts";
import { archiveName } from "../../scripts/archive-name.ts";
import { cleanEnv, directory, root, run, scratch } from "../support/berth.ts";
import { packaged, released, source } from "../support/packaged.ts";
import { served } from "../support/releases.ts";

// Packages of 50 MB are made and installed: slow on a busy machine.
setDefaultTimeout(120_000);

const { version } = manifest;
// Debian's own, which is what `dpkg` and `rpm` install here.
const release = await released(["linux-x64"]);
const archive = archiveName("linux-x64");
const downloads = served(new Map([[archive, readFileSync(join(release, archive))]]));
const from = source(release, { targets: ["linux-x64"], downloads });
const made = await packaged(from, [debs, rpms, aur]);
const deb = join(made, `berth_${version}_amd64.deb`);
const rpm = join(made, `berth-${version}-1.x86_64.rpm`);

/** How a manual page is made bold: a character, a step back, the same again. */
const OVERSTRUCK = new RegExp(`.${String.fromCharCode(8)}`, "g");

/** Everything in a directory, but directories. */
const filesIn = async (path: string): Promise<string[]> =>
  (await run(["find", ".", "-not", "-type", "d"], { cwd: path })).stdout.trim().split("\n").sort();

test("the same again gives the same bytes", async () => {
  const again = await packaged(from, [debs, rpms, aur]);
  expect(readFileSync(join(again, "SHA256SUMS"), "utf8")).toBe(
    readFileSync(join(made, "SHA256SUMS"), "utf8"),
  );
  const checked = await run(["sha256sum", "-c", "SHA256SUMS"], { cwd: again });
  expect([checked.status, checked.stdout.trim().split("\n").length]).toEqual([
    0,
    readdirSync(again).length - 1,
  ]);
});

describe("manual pages:", () => {
  test("mandoc has nothing to say of any, and each that is referred to is there", async () => {
    const pages = await manPages({ epoch: 1_790_000_000 });
    const place = scratch();
    for (const { name, bytes } of pages) writeFileSync(join(place, name), bytes);
    const names = pages.map(({ name }) => name);
    const { stdout } = await run(["mandoc", "-Tlint", ...names], { cwd: place });
    // Whether they are installed is not what is asked.
    const other = stdout.split("\n").filter((line) =>
      line !== "" && !line.includes("referenced manual not found")
    );
    expect(other).toEqual([]);
    const referred = pages.flatMap(({ bytes }) =>
      [...new TextDecoder().decode(bytes).matchAll(/^\.(?:It )?Xr (\S+) (\d)/gm)].map(([, name, n]) =>
        `${name}.${n}`
      )
    );
    expect(referred.length).toBeGreaterThan(pages.length);
    expect(referred.filter((name) => !names.includes(name))).toEqual([]);
  });

  test("a page says what help says: usage, options, examples", async () => {
    const pages = await manPages({ epoch: 0 });
    const page = pages.find(({ name }) => name === "berth-init.1");
    const place = scratch();
    writeFileSync(join(place, "berth-init.1"), page?.bytes ?? "");
    const shown = (await run(["mandoc", "-Tascii", "berth-init.1"], { cwd: place })).stdout.replaceAll(
      OVERSTRUCK,
      "",
    );
    expect(shown).toContain("berth init [options] <shell>");
    expect(shown).toContain("--no-prompt");
    expect(shown).toContain(`eval "$(berth init bash)"`);
    expect(shown).toContain("January 1, 1970");
  });

  test("long lines, dots, backslashes and dashes come out as they went in", async () => {
    const { paragraphs } = await import("../../scripts/packages/mdoc.ts");
    const hostile = [
      "  .Sh not a heading",
      `  a\\nb -- 'c' ${"x".repeat(150)}`,
      "",
      "'quoted at the start. Op is no macro here.",
    ];
    const place = scratch();
    writeFileSync(
      join(place, "a.1"),
      `.Dd January 1, 1970\n.Dt A 1\n.Os\n.Sh NAME\n.Nm a\n.Nd b\n.Sh DESCRIPTION\n${paragraphs(hostile)}\n`,
    );
    const shown = (await run(["mandoc", "-Tascii", "-Owidth=200", "a.1"], { cwd: place })).stdout.replaceAll(
      OVERSTRUCK,
      "",
    );
    for (
      const part of [
        ".Sh not a heading",
        `a\\nb -- 'c' ${"x".repeat(150)}`,
        "'quoted at the start.  Op is no macro here.",
      ]
    ) {
      expect(shown).toContain(part);
    }
  });
});

describe("Debian:", () => {
  const place = scratch();
  const dpkg = (...words: string[]) =>
    run(["dpkg", `--root=${place}`, "--force-not-root", ...words], { limit: 60_000 });
  const berth = join(place, "usr", "bin", "berth");
  const env = { HOME: directory(place, "home"), BERTH_SESSION: "kept" };
  mkdirSync(join(place, "var/lib/dpkg/info"), { recursive: true });
  mkdirSync(join(place, "var/lib/dpkg/updates"), { recursive: true });
  writeFileSync(join(place, "var/lib/dpkg/info/libc6:amd64.list"), "");
  writeFileSync(
    join(place, "var/lib/dpkg/status"),
    "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\nVersion: 2.36-9\nMaintainer: x <x@x.invalid>\nDescription: x\n",
  );

  test("lintian has nothing to say but what is overridden with a reason", async () => {
    const command = [
      "lintian",
      "--no-cfg",
      "--allow-root",
      // What it says is read below; with overrides shown, those would count too.
      "--fail-on",
      "none",
      "--show-overrides",
      "-I",
      deb,
    ];
    const { stdout, status } = await run(command, { limit: 100_000 });
    const lines = stdout.trim().split("\n");
    expect([lines.filter((line) => !/^[ON]: /.test(line)), status]).toEqual([[], 0]);
    expect(stdout).toContain("O: berth: unstripped-binary-or-object");
  });

  test("an older one is upgraded under a running program and a store in use, and purged without it", async () => {
    const older = await packaged({ ...from, version: "0.1.0" }, [debs]);
    expect((await dpkg("-i", join(older, "berth_0.1.0_amd64.deb"))).status).toBe(0);
    expect((await run([berth, "set", "k", "before"], { env })).status).toBe(0);
    const held = Bun.spawn([berth, "hold", "--", "sh", "-c", "echo up; read line"], {
      env: cleanEnv(place, env),
      stdin: "pipe",
      stdout: "pipe",
    });
    await held.stdout.getReader().read();
    const done = await dpkg("-i", deb);
    expect([done.status, done.stderr]).toEqual([0, ""]);
    expect((await dpkg("-s", "berth")).stdout).toContain(`\nVersion: ${version}\n`);
    expect((await run([berth, "get", "k"], { env })).stdout).toBe("before\n");
    expect((await run([berth, "list", "--json"], { env })).stdout).toContain(`"alive":true`);
    held.stdin.write("\n");
    await held.stdin.end();
    expect(await held.exited).toBe(0);
    // Every file as it was packed.
    expect((await dpkg("--verify", "berth")).stdout).toBe("");
    const purged = await dpkg("--purge", "berth");
    expect([purged.status, purged.stderr]).toEqual([0, ""]);
    const left = (await filesIn(place)).filter((name) => !name.startsWith("./var/lib/dpkg/"));
    expect(
      left.filter((name) => !name.startsWith("./home/.local/state/berth/") && name !== "./var/log/dpkg.log"),
    ).toEqual([]);
    expect(left.some((name) => name.endsWith(".session.json"))).toBe(true);
    expect(existsSync(join(place, "usr/bin"))).toBe(false);
  });

  test("what comes with the program lies where the systems look for it", async () => {
    const list = (await run(["dpkg-deb", "-c", deb])).stdout;
    for (
      const path of [
        "bin/berth",
        "share/bash-completion/completions/berth",
        "share/zsh/vendor-completions/_berth",
        "share/fish/vendor_completions.d/berth.fish",
        "share/nushell/vendor/autoload/berth.nu",
        "share/man/man1/berth.1.gz",
        "share/man/man1/berth-get.1.gz",
        "share/man/man7/berth-sessions.7.gz",
        "share/doc/berth/copyright",
      ]
    ) expect(list).toContain(` ./usr/${path}\n`);
    expect(list.split("\n").filter((line) => line !== "" && !line.includes("root/root"))).toEqual([]);
  });

  test("an odd size is padded: ar(1) reads every member", async () => {
    const directory = scratch();
    for (const length of [0, 1, 2, 3]) {
      const bytes = new Uint8Array(length).fill(65);
      writeFileSync(join(directory, "a.a"), ar([{ name: "one", bytes }, { name: "two", bytes }], 12345));
      const { stdout } = await run(["ar", "tv", "a.a"], { cwd: directory });
      expect(stdout.split("\n").length).toBe(3);
      expect((await run(["ar", "p", "a.a", "two"], { cwd: directory })).stdout).toBe("A".repeat(length));
    }
  });
});

describe("rpm:", () => {
  test("it is whole, wants the C library alone, and is installed and removed in a root of its own", async () => {
    expect((await run(["rpm", "-K", "--nosignature", rpm])).stdout).toContain("digests OK");
    const wants = (await run(["rpm", "-qpR", rpm])).stdout.trim().split("\n")
      .filter((line) => !/^(rpmlib|lib(c|m|dl|pthread)\.so|ld-linux|rtld)/.test(line));
    expect(wants).toEqual([]);
    const place = directory(scratch(), "root");
    const call = (...words: string[]) =>
      run(["rpm", "--root", place, "--dbpath", "/var/lib/rpm", ...words], { limit: 60_000 });
    expect((await call("--initdb")).status).toBe(0);
    const done = await call("-i", "--nodeps", rpm);
    // Debian's has a word to say on that; what else there were would stand there too.
    expect([done.status, done.stderr.replace(/^rpm: (RPM should|However).*\n/gm, "")]).toEqual([0, ""]);
    expect((await run([join(place, "usr/bin/berth"), "--version"])).stdout).toStartWith(`berth ${version} (`);
    expect((await call("-V", "--nodeps", "berth")).stdout).toBe("");
    expect((await call("-e", "berth")).status).toBe(0);
    expect((await filesIn(place)).filter((name) => !name.startsWith("./var/lib/rpm/"))).toEqual([]);
  });

  test("the program in it is the release's, byte for byte", async () => {
    const place = scratch();
    await run(["sh", "-c", `rpm2cpio '${rpm}' | cpio -idm --quiet`], { cwd: place, limit: 60_000 });
    expect(sha256(readFileSync(join(place, "usr/bin/berth")))).toBe(sha256(await from.program("linux-x64")));
    const build = await run(["rpm", "-qp", "--qf", "%{BUILDHOST} %{BUILDTIME}", rpm]);
    expect(build.stdout).toBe(`localhost ${from.epoch}`);
  });
});

describe("Alpine:", () => {
  // The format; that the program runs on musl is held elsewhere.
  const program = new TextEncoder().encode("#!/bin/sh\necho musl\n");
  const musl = {
    ...from,
    targets: ["linux-x64-musl", "linux-arm64-musl"] as const,
    program: () => Promise.resolve(program),
  };

  test("two streams: what it is with the hash of what is in it, and files with their checksums", async () => {
    const place = await packaged(musl, [apks]);
    expect(readdirSync(place).filter((name) => name.endsWith(".apk")).sort()).toEqual([
      `berth-${version}-r0.aarch64.apk`,
      `berth-${version}-r0.x86_64.apk`,
    ]);
    const again = await packaged(musl, [apks]);
    const sums = (of: string) => readFileSync(join(of, "SHA256SUMS"), "utf8");
    expect(sums(again)).toBe(sums(place));
    const bytes = readFileSync(join(place, `berth-${version}-r0.x86_64.apk`));
    const second = bytes.indexOf(new Uint8Array([0x1f, 0x8b, 8]), 3);
    const control = Bun.gunzipSync(bytes.subarray(0, second));
    const data = bytes.subarray(second);
    // No end of the archive between the two.
    expect([control.length % 512, control.subarray(-512).every((byte) => byte === 0)]).toEqual([0, false]);
    const info = new TextDecoder().decode(
      (await unpackTar(Buffer.concat([control, new Uint8Array(1024)])))[0]?.data,
    );
    expect(info).toContain(`\npkgver = ${version}-r0\n`);
    expect(info).toContain("\narch = x86_64\n");
    expect(info).toContain("\ndepend = libstdc++\n");
    expect(info).toContain(`\ndatahash = ${createHash("sha256").update(data).digest("hex")}\n`);
    const entries = await unpackTar(Bun.gunzipSync(data));
    for (const { header, data: content } of entries.filter(({ header }) => header.type === "file")) {
      expect(header.pax?.["APK-TOOLS.checksum.SHA1"]).toBe(
        createHash("sha1").update(content ?? "").digest("hex"),
      );
    }
    // Any tar reads the whole of it.
    const list = await run(["tar", "tzf", join(place, `berth-${version}-r0.x86_64.apk`)]);
    expect(list.stdout).toContain(".PKGINFO\n");
    expect(list.stdout).toContain("usr/bin/berth\n");
    expect(list.stdout).toContain("usr/share/zsh/site-functions/_berth\n");
  });
});

describe("Arch:", () => {
  test("makepkg fetches the archive, checks it, and packs it; .SRCINFO is what it prints itself", async () => {
    const home = scratch();
    const place = directory(home, "build");
    writeFileSync(join(place, "PKGBUILD"), readFileSync(join(made, "PKGBUILD")));
    // Nobody may run it as root.
    const nobody = 65534;
    for (const path of [home, place, join(place, "PKGBUILD")]) chownSync(path, nobody, nobody);
    chmodSync(home, 0o755);
    const makepkg = (...words: string[]) =>
      run(["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "makepkg", ...words], {
        cwd: place,
        env: {
          HOME: home,
          PKGEXT: ".pkg.tar",
          CARCH: "x86_64",
          PACKAGER: "Berth Tests <tests@berth.invalid>",
        },
        limit: 100_000,
      });
    const srcinfo = await makepkg("--printsrcinfo");
    expect(srcinfo.stdout.trim()).toBe(readFileSync(join(made, "PKGBUILD.SRCINFO"), "utf8").trim());
    const done = await makepkg("--nodeps", "--noconfirm");
    expect([done.status, done.status === 0 ? "" : done.stdout + done.stderr]).toEqual([0, ""]);
    const list = await run(["tar", "tf", `berth-bin-${version}-1-x86_64.pkg.tar`], { cwd: place });
    for (
      const path of ["usr/bin/berth", "usr/share/man/man1/berth.1.gz", "usr/share/licenses/berth-bin/LICENSE"]
    ) {
      expect(list.stdout).toContain(`${path}\n`);
    }
    const packed = join(home, "packed");
    mkdirSync(packed);
    await run(["tar", "xf", `${place}/berth-bin-${version}-1-x86_64.pkg.tar`, "-C", packed, "usr/bin/berth"]);
    expect((await run([join(packed, "usr/bin/berth"), "--version"])).stdout).toStartWith(
      `berth ${version} (`,
    );
  });
});

describe("what nobody may make up:", () => {
  const words = (...more: string[]) => parseOptions(more, version);
  const good = [
    "--homepage",
    "https://b.invalid",
    "--downloads",
    "https://b.invalid/${version}/",
    "--maintainer",
    "A B <a@b.invalid>",
  ];

  test("it is asked for by name, and goes in as it is", () => {
    expect(words(...good)).toMatchObject({
      homepage: "https://b.invalid",
      downloads: `https://b.invalid/${version}`,
      maintainer: { name: "A B", address: "a@b.invalid" },
    });
    expect(words(...good).targets.length).toBe(8);
    expect(() => words()).toThrow("Missing: --homepage --downloads --maintainer");
    expect(() => words(...good.slice(2))).toThrow("Missing: --homepage");
  });

  test.each([
    ["--homepage", "b.invalid"],
    ["--homepage", "javascript:x"],
    ["--downloads", "https://b.invalid/$(id)"],
    ["--downloads", "https://b.invalid/a'b"],
    ["--downloads", 'https://b.invalid/"'],
    ["--maintainer", "A B"],
    ["--maintainer", "A <a@b.invalid>\nDepends: x"],
    ["--maintainer", "A `id` <a@b.invalid>"],
  ])("%s %p is refused, since it would end up in recipes that shells read", (name, value) => {
    expect(() => words(...good, name, value)).toThrow(name);
  });

  test("the command says what is missing, and makes nothing", async () => {
    const done = await run([process.execPath, join(root, "scripts", "packages.ts")], { cwd: root });
    expect(done.status).toBe(2);
    expect(done.stderr).toStartWith("packages: Missing: --homepage --downloads --maintainer\n");
  });

  test("a target that the release lacks, and an archive that was changed, are told", () => {
    expect(() => source(release, {}).sum("darwin-x64")).toThrow(
      /has no berth-.*darwin-x64.*npm run release -- darwin-x64/,
    );
    const place = directory(scratch(), "release");
    writeFileSync(join(place, "SHA256SUMS"), `${"0".repeat(64)}  ${archive}\n`);
    writeFileSync(join(place, archive), "x");
    expect(source(place).program("linux-x64")).rejects.toThrow("is not the one that SHA256SUMS has");
  });
});
