/** Texts for those who serve packages: Homebrew, Scoop, winget, Nix. Each names the release's archives with their sums. */
import { archiveName } from "../archive-name.ts";
import type { Target } from "../targets.ts";
import { type PackageFile, type Source, SUMMARY, text } from "./source.ts";

/** An archive of the release, as a recipe names it. */
interface Archive {
  readonly url: string;
  readonly sum: string;
}

/** The archive for a target; undefined where it is not packaged. */
function archive(source: Source, target: Target): Archive | undefined {
  if (!source.targets.includes(target)) return undefined;
  return { url: `${source.downloads}/${archiveName(target)}`, sum: source.sum(target) };
}

/** A block of Homebrew's language, with as much indentation as its depth. */
const block = (head: string, body: readonly string[], depth: number): string[] =>
  body.length === 0 ? [] : [`${"  ".repeat(depth)}${head} do`, ...body, `${"  ".repeat(depth)}end`];

function formula(source: Source): string {
  const forCpu = (name: string, target: Target): string[] => {
    const found = archive(source, target);
    return found === undefined
      ? []
      : block(name, [`      url "${found.url}"`, `      sha256 "${found.sum}"`], 2);
  };
  const systems = [
    ...block("on_macos", [...forCpu("on_arm", "darwin-arm64"), ...forCpu("on_intel", "darwin-x64")], 1),
    ...block("on_linux", [...forCpu("on_arm", "linux-arm64"), ...forCpu("on_intel", "linux-x64")], 1),
  ];
  return `class Berth < Formula
  desc "${SUMMARY}"
  homepage "${source.homepage}"
  version "${source.version}"
  license "MIT"

${systems.join("\n")}

  def install
    bin.install "berth"
    man1.install Dir["share/man/man1/*.1"]
    man7.install Dir["share/man/man7/*.7"]
    bash_completion.install "share/bash-completion/completions/berth"
    zsh_completion.install "share/zsh/site-functions/_berth"
    fish_completion.install "share/fish/vendor_completions.d/berth.fish"
  end

  test do
    assert_match "ex--my-session_01", shell_output("#{bin}/berth id --session-id my-session")
  end
end
`;
}

function scoop(source: Source): string {
  const architecture = Object.fromEntries(
    ([["64bit", "windows-x64"], ["arm64", "windows-arm64"]] as const).flatMap(([name, target]) => {
      const found = archive(source, target);
      return found === undefined ? [] : [[name, { url: found.url, hash: found.sum }]];
    }),
  );
  const { version, homepage } = source;
  return `${
    JSON.stringify(
      { version, description: SUMMARY, homepage, license: "MIT", architecture, bin: "berth.exe" },
      null,
      4,
    )
  }\n`;
}

/** A scalar of YAML that no reader takes for anything but a text. */
const yaml = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** What every one of winget's three files says. */
function winget(source: Source, type: string, body: readonly string[]): string {
  const schema = "1.6.0";
  return [
    `# yaml-language-server: $schema=https://aka.ms/winget-manifest.${type}.${schema}.schema.json`,
    `PackageIdentifier: ${wingetIdentifier(source)}`,
    `PackageVersion: ${yaml(source.version)}`,
    ...body,
    `ManifestType: ${type}`,
    `ManifestVersion: ${yaml(schema)}`,
    "",
  ].join("\n");
}

/** `Publisher.Package`, without what winget does not take in one. */
export const wingetIdentifier = ({ maintainer }: Source): string =>
  `${maintainer.name.replace(/[^A-Za-z0-9]/g, "")}.berth`;

function wingetInstallers(source: Source): string[] {
  return ([["x64", "windows-x64"], ["arm64", "windows-arm64"]] as const).flatMap(([cpu, target]) => {
    const found = archive(source, target);
    return found === undefined ? [] : [
      `- Architecture: ${cpu}`,
      `  InstallerUrl: ${yaml(found.url)}`,
      `  InstallerSha256: ${found.sum.toUpperCase()}`,
    ];
  });
}

function* wingetFiles(source: Source): Generator<PackageFile> {
  const identifier = wingetIdentifier(source);
  const { homepage, maintainer } = source;
  const files = {
    "": winget(source, "version", ["DefaultLocale: en-US"]),
    ".installer": winget(source, "installer", [
      "InstallerType: zip",
      "NestedInstallerType: portable",
      "NestedInstallerFiles:",
      "- RelativeFilePath: berth.exe",
      "  PortableCommandAlias: berth",
      "Installers:",
      ...wingetInstallers(source),
    ]),
    ".locale.en-US": winget(source, "defaultLocale", [
      "PackageLocale: en-US",
      `Publisher: ${yaml(maintainer.name)}`,
      "PackageName: berth",
      `PackageUrl: ${yaml(homepage)}`,
      "License: MIT",
      `ShortDescription: ${yaml(SUMMARY)}`,
    ]),
  };
  for (const [part, content] of Object.entries(files)) {
    yield { name: `${identifier}${part}.yaml`, bytes: text(content) };
  }
}

const NIX_SYSTEMS: Partial<Record<Target, string>> = {
  "linux-x64": "x86_64-linux",
  "linux-arm64": "aarch64-linux",
  "darwin-x64": "x86_64-darwin",
  "darwin-arm64": "aarch64-darwin",
};

/**
 * Only the loader's path is changed (`patchelf --set-interpreter` moves nothing of the file's end, where our code is);
 * stripping would cut that off.
 */
function nix(source: Source): string {
  const archives = source.targets.flatMap((target) => {
    const [system, found] = [NIX_SYSTEMS[target], archive(source, target)];
    return system === undefined || found === undefined
      ? []
      : [`    ${system} = {\n      url = "${found.url}";\n      sha256 = "${found.sum}";\n    };`];
  });
  return `{
  lib,
  stdenv,
  fetchurl,
  autoPatchelfHook,
}:

let
  archives = {
${archives.join("\n")}
  };
  system = stdenv.hostPlatform.system;
in
stdenv.mkDerivation {
  pname = "berth";
  version = "${source.version}";
  src = fetchurl (archives.\${system} or (throw "berth is not built for \${system}"));
  sourceRoot = ".";
  nativeBuildInputs = lib.optionals stdenv.hostPlatform.isLinux [ autoPatchelfHook ];
  dontStrip = true;
  installPhase = ''
    runHook preInstall
    install -Dm755 berth $out/bin/berth
    cp -r share $out/share
    runHook postInstall
  '';
  meta = {
    description = "${SUMMARY}";
    homepage = "${source.homepage}";
    license = lib.licenses.mit;
    mainProgram = "berth";
    platforms = builtins.attrNames archives;
    sourceProvenance = [ lib.sourceTypes.binaryNativeCode ];
  };
}
`;
}

const has = ({ targets }: Source, ...systems: readonly string[]): boolean =>
  targets.some((target) => systems.some((system) => target.startsWith(system) && !target.endsWith("musl")));

export async function* recipes(source: Source): AsyncGenerator<PackageFile> {
  await Promise.resolve();
  if (has(source, "linux", "darwin")) {
    yield { name: "berth.rb", bytes: text(formula(source)) };
    yield { name: "berth.nix", bytes: text(nix(source)) };
  }
  if (has(source, "windows")) {
    yield { name: "berth.scoop.json", bytes: text(scoop(source)) };
    yield* wingetFiles(source);
  }
}
