/** Recipes, lists of contents and signatures: texts alone, so no program is built for them. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import manifest from "../../package.json" with { type: "json" };
import { recipes } from "../../scripts/packages/recipes.ts";
import { sboms } from "../../scripts/packages/sbom.ts";
import type { Source } from "../../scripts/packages/source.ts";
import { PINNED } from "../../scripts/pinned-runtimes.ts";
import { archiveName } from "../../scripts/archive-name.ts";
import { sign } from "../../scripts/sign.ts";
import { isTarget, type Target, TARGETS } from "../../scripts/targets.ts";
import { root, run, scratch } from "../support/berth.ts";
import { MAINTAINER, packaged } from "../support/packaged.ts";

const { version } = manifest;
const targets = Object.keys(TARGETS).filter(isTarget);
const sumOf = (target: Target): string => new Bun.CryptoHasher("sha256").update(target).digest("hex");
const source: Source = {
  version,
  epoch: 1_790_000_000,
  homepage: "https://berth.invalid/",
  downloads: "https://berth.invalid/download",
  maintainer: MAINTAINER,
  targets,
  sum: sumOf,
  program: () => Promise.reject(new Error("No recipe needs the program")),
};
const made = await packaged(source, [recipes, sboms]);
const content = (name: string) => readFileSync(join(made, name), "utf8");
const url = (target: Target) => `${source.downloads}/${archiveName(target)}`;

test("the same again gives the same bytes, and no time but the commit's", async () => {
  const again = await packaged(source, [recipes, sboms]);
  expect(readFileSync(join(again, "SHA256SUMS"), "utf8")).toBe(content("SHA256SUMS"));
  const times = readdirSync(made).flatMap((name) => content(name).match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g) ?? []);
  expect(new Set(times)).toEqual(new Set([new Date(source.epoch * 1000).toISOString().replace(".000", "")]));
});

describe("recipes:", () => {
  test("Homebrew's is Ruby, and names each archive with its sum", async () => {
    expect(await run(["ruby", "-c", join(made, "berth.rb")])).toMatchObject({
      stdout: "Syntax OK\n",
      stderr: "",
      status: 0,
    });
    const pairs = [...content("berth.rb").matchAll(/url "([^"]+)"\n\s+sha256 "([^"]+)"/g)].map((
      [, a, b],
    ) => [a, b]);
    const wanted: Target[] = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64"];
    expect(pairs).toEqual(wanted.map((target) => [url(target), sumOf(target)]));
  });

  test("Nix reads its own, and finds each archive for its system", async () => {
    const expression = `let f = import ${join(made, "berth.nix")};
      on = system: (f {
        lib = { optionals = c: l: if c then l else []; licenses.mit = "MIT"; sourceTypes.binaryNativeCode = "b"; };
        stdenv = { hostPlatform = { inherit system; isLinux = true; }; mkDerivation = x: x; };
        fetchurl = x: x; autoPatchelfHook = "a";
      }).src;
      in map on [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ]`;
    const home = scratch();
    const { stdout, stderr, status } = await run(
      ["nix-instantiate", "--eval", "--strict", "--json", "--store", `${home}/store`, "-E", expression],
      { env: { HOME: home, NIX_STATE_DIR: `${home}/state`, NIX_LOG_DIR: `${home}/log` } },
    );
    expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
    const wanted: Target[] = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];
    expect(JSON.parse(stdout)).toEqual(wanted.map((target) => ({ url: url(target), sha256: sumOf(target) })));
  });

  test("Scoop's is JSON, winget's are three files of YAML with one identity", () => {
    expect(JSON.parse(content("berth.scoop.json"))).toMatchObject({
      version,
      architecture: {
        "64bit": { url: url("windows-x64"), hash: sumOf("windows-x64") },
        arm64: { url: url("windows-arm64"), hash: sumOf("windows-arm64") },
      },
      bin: "berth.exe",
    });
    const files = readdirSync(made).filter((name) => name.endsWith(".yaml")).sort();
    expect(files).toEqual([
      "BerthTests.berth.installer.yaml",
      "BerthTests.berth.locale.en-US.yaml",
      "BerthTests.berth.yaml",
    ]);
    const parsed = files.map((name) => Bun.YAML.parse(content(name)) as Record<string, unknown>);
    expect(
      new Set(
        parsed.map(({ PackageIdentifier, PackageVersion }) => `${PackageIdentifier} ${PackageVersion}`),
      ),
    )
      .toEqual(new Set([`BerthTests.berth ${version}`]));
    expect(parsed[0]?.["Installers"]).toEqual([
      {
        Architecture: "x64",
        InstallerUrl: url("windows-x64"),
        InstallerSha256: sumOf("windows-x64").toUpperCase(),
      },
      {
        Architecture: "arm64",
        InstallerUrl: url("windows-arm64"),
        InstallerSha256: sumOf("windows-arm64").toUpperCase(),
      },
    ]);
  });

  test("a release of some targets names no other", async () => {
    const some = await packaged({ ...source, targets: ["darwin-arm64"] }, [recipes]);
    expect(readdirSync(some).sort()).toEqual(["SHA256SUMS", "berth.nix", "berth.rb"]);
    expect(readFileSync(join(some, "berth.rb"), "utf8")).not.toContain("on_linux");
    expect((await run(["ruby", "-c", join(some, "berth.rb")])).status).toBe(0);
  });
});

type Dependencies = { [name: string]: { version?: string; dependencies?: Dependencies } };

describe("what is in it:", () => {
  const cdx = JSON.parse(content(`berth-${version}.cdx.json`)) as {
    components: { purl: string; hashes: { alg: string; content: string }[] }[];
    dependencies: { dependsOn: string[] }[];
  };
  const spdx = JSON.parse(content(`berth-${version}.spdx.json`)) as {
    documentNamespace: string;
    packages: { SPDXID: string; externalRefs?: { referenceLocator: string }[] }[];
    relationships: { relatedSpdxElement: string }[];
  };
  const purls = cdx.components.map(({ purl }) => purl);

  test("npm's packages are those that npm itself counts, less a peer that is there for types alone", async () => {
    const npm = await run(["npm", "ls", "--omit=dev", "--all", "--json", "--package-lock-only"], {
      cwd: root,
    });
    const counted = new Set<string>();
    const count = (dependencies: Dependencies = {}) => {
      for (const [name, { version, dependencies: more }] of Object.entries(dependencies)) {
        if (name === "typescript" || version === undefined) continue;
        counted.add(`pkg:npm/${name.replace("@", "%40")}@${version}`);
        count(more);
      }
    };
    count((JSON.parse(npm.stdout) as { dependencies: Dependencies }).dependencies);
    expect(counted.size).toBeGreaterThan(10);
    expect(purls.filter((purl) => purl.startsWith("pkg:npm/")).sort()).toEqual([...counted].sort());
  });

  test("the runtime is there for each target, with the sum that a release checks", () => {
    const runtimes = cdx.components.filter(({ purl }) => purl.startsWith("pkg:generic/bun@"));
    expect(runtimes.map(({ hashes }) => hashes[0]?.content).sort()).toEqual(
      Object.values(PINNED.sha256).sort(),
    );
  });

  test("both formats name the same, and every reference is to something", () => {
    expect(spdx.packages.flatMap(({ externalRefs = [] }) => externalRefs.map((ref) => ref.referenceLocator)))
      .toEqual(purls);
    const ids = new Set(spdx.packages.map(({ SPDXID }) => SPDXID));
    expect(spdx.relationships.every(({ relatedSpdxElement }) => ids.has(relatedSpdxElement))).toBe(true);
    expect(cdx.dependencies[0]?.dependsOn).toEqual(purls);
    expect(URL.canParse(spdx.documentNamespace)).toBe(true);
  });
});

describe("the signature:", () => {
  const place = scratch();
  const [key, publicKey] = [join(place, "key"), join(place, "key.pub")];
  const signed = join(place, "release");
  const verify = () => run(["minisign", "-V", "-p", publicKey, "-m", join(signed, "SHA256SUMS")]);

  test("minisign verifies it, and its trusted comment names the version and no time", async () => {
    mkdirSync(signed);
    writeFileSync(join(signed, "SHA256SUMS"), content("SHA256SUMS"));
    expect((await run(["minisign", "-G", "-W", "-p", publicKey, "-s", key])).status).toBe(0);
    sign(signed, key);
    const { stdout, status } = await verify();
    expect([status, stdout]).toEqual([
      0,
      `Signature and comment signature verified\nTrusted comment: berth ${version} SHA256SUMS\n`,
    ]);
    const first = readFileSync(join(signed, "SHA256SUMS.minisig"), "utf8");
    sign(signed, key);
    expect(readFileSync(join(signed, "SHA256SUMS.minisig"), "utf8")).toBe(first);
    writeFileSync(join(signed, "SHA256SUMS"), content("SHA256SUMS").replace("0", "1"));
    expect((await verify()).status).toBe(1);
  });

  test("without a key nothing is signed, and it is said", async () => {
    const script = join(root, "scripts", "sign.ts");
    expect((await run([process.execPath, script, signed])).status).toBe(2);
    const none = await run([process.execPath, script, signed], {
      env: { BERTH_MINISIGN_KEY: `${place}/none` },
    });
    expect(none).toMatchObject({ stderr: `sign: There is no key "${place}/none"\n`, status: 1 });
  });
});
