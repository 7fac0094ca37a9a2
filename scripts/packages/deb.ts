/** Packages for Debian and its descendants, written without dpkg: deb(5), Debian policy 4.6. */
import { type Member, tarGz } from "../archive.ts";
import type { Target } from "../targets.ts";
import { ar } from "./ar.ts";
import { DESCRIPTION, document, type PackageFile, type Source, SUMMARY, text } from "./source.ts";
import { gzip, tree, unixTree } from "./tree.ts";

const ARCHITECTURES: Partial<Record<Target, string>> = { "linux-x64": "amd64", "linux-arm64": "arm64" };

/** Debian's zsh has a directory for what packages bring; licences are a part of `copyright`. */
const PLACES = { zsh: "share/zsh/vendor-completions", license: "share/doc/berth/copyright" };

/**
 * What lintian(1) would have to say of Bun's runtime, which the program is for the most part, and why it stays.
 */
const OVERRIDES =
  `# Our code is appended to the runtime's file: strip(1) would cut it off, and the program with it.
berth: unstripped-binary-or-object [usr/bin/berth]
# Bun comes as one file, linked as its makers link it, with its libraries and their messages in it.
berth: embedded-library *
berth: hardening-no-pie [usr/bin/berth]
berth: hardening-no-relro [usr/bin/berth]
berth: hardening-no-bindnow [usr/bin/berth]
berth: spelling-error-in-binary *
`;

const file = (name: string, content: string, executable = false): Member => ({
  name,
  bytes: text(content),
  executable,
});

function control({ version, homepage, maintainer }: Source, architecture: string, kilobytes: number): string {
  const description = DESCRIPTION.split("\n").map((line) => ` ${line}`).join("\n");
  return `Package: berth
Version: ${version}
Architecture: ${architecture}
Maintainer: ${maintainer.name} <${maintainer.address}>
Installed-Size: ${kilobytes}
Depends: libc6 (>= 2.17)
Suggests: git
Section: utils
Priority: optional
Homepage: ${homepage}
Description: ${SUMMARY[0]?.toLowerCase()}${SUMMARY.slice(1)}
${description}
`;
}

function changelog({ version, maintainer, epoch, homepage }: Source): string {
  const date = new Date(epoch * 1000).toUTCString().replace("GMT", "+0000");
  return `berth (${version}) unstable; urgency=medium

  * Release ${version}. What changed: ${homepage}

 -- ${maintainer.name} <${maintainer.address}>  ${date}
`;
}

function copyright({ homepage, maintainer }: Source, license: Uint8Array): string {
  const body = new TextDecoder().decode(license).split("\n\n").slice(1).join("\n\n").trim();
  const holder = /^Copyright.*$/m.exec(new TextDecoder().decode(license))?.[0] ?? "";
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: berth
Upstream-Contact: ${maintainer.name} <${maintainer.address}>
Source: ${homepage}

Files: *
Copyright: ${holder.replace(/^Copyright (\(c\) )?/, "")}
License: Expat
${body.replace(/^Copyright.*\n+/, "").split("\n").map((line) => line === "" ? " ." : ` ${line}`).join("\n")}
`;
}

async function members(source: Source, target: Target): Promise<Member[]> {
  const held = (await unixTree(source, target, PLACES)).filter(({ name }) => !name.endsWith("/copyright"));
  return [
    ...held,
    file("usr/share/doc/berth/copyright", copyright(source, document("LICENSE", "").bytes)),
    { name: "usr/share/doc/berth/changelog.gz", bytes: gzip(text(changelog(source))), executable: false },
    file("usr/share/lintian/overrides/berth", OVERRIDES),
  ];
}

async function deb(source: Source, target: Target, architecture: string): Promise<PackageFile> {
  const held = await members(source, target);
  const kilobytes = held.reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / 1024), 0);
  const md5 = (bytes: Uint8Array) => new Bun.CryptoHasher("md5").update(bytes).digest("hex");
  const sums = held.toSorted((one, other) => one.name < other.name ? -1 : 1)
    .map(({ name, bytes }) => `${md5(bytes)}  ${name}\n`).join("");
  const { epoch, version } = source;
  const controlTar = await tarGz([
    file("./control", control(source, architecture, kilobytes)),
    file("./md5sums", sums),
  ], new Date(epoch * 1000));
  const data = await tree(held, { epoch, before: "./" });
  const bytes = ar([
    { name: "debian-binary", bytes: text("2.0\n") },
    { name: "control.tar.gz", bytes: controlTar },
    { name: "data.tar.gz", bytes: Bun.gzipSync(new Uint8Array(data), { library: "libdeflate", level: 6 }) },
  ], epoch);
  return { name: `berth_${version}_${architecture}.deb`, bytes };
}

export async function* debs(source: Source): AsyncGenerator<PackageFile> {
  for (const target of source.targets) {
    const architecture = ARCHITECTURES[target];
    if (architecture !== undefined) yield await deb(source, target, architecture);
  }
}
