/** The recipe for Arch's user repository: the release's own archives, checked by their sums. */
import { archiveName } from "../archive-name.ts";
import type { Target } from "../targets.ts";
import { type PackageFile, type Source, SUMMARY, text } from "./source.ts";

const ARCHITECTURES: Partial<Record<Target, string>> = { "linux-x64": "x86_64", "linux-arm64": "aarch64" };

const known = ({ targets }: Source) =>
  targets.flatMap((target) => {
    const architecture = ARCHITECTURES[target];
    return architecture === undefined ? [] : [{ target, architecture }];
  });

const url = ({ downloads }: Source, target: Target): string => `${downloads}/${archiveName(target)}`;

function pkgbuild(source: Source): string {
  const { version, homepage, maintainer } = source;
  const archives = known(source);
  const sources = archives.map(({ target, architecture }) =>
    `source_${architecture}=("${url(source, target)}")\nsha256sums_${architecture}=('${source.sum(target)}')`
  );
  return `# Maintainer: ${maintainer.name} <${maintainer.address}>
pkgname=berth-bin
pkgver=${version}
pkgrel=1
pkgdesc='${SUMMARY}'
arch=(${archives.map(({ architecture }) => `'${architecture}'`).join(" ")})
url='${homepage}'
license=('MIT')
depends=('glibc')
optdepends=('git: named sessions with worktrees')
provides=('berth')
conflicts=('berth')
# Our code is appended to the runtime's file: strip would cut it off.
options=('!strip' '!debug')
${sources.join("\n")}

package() {
  install -Dm755 berth "$pkgdir/usr/bin/berth"
  cp -r share "$pkgdir/usr/share"
  install -Dm644 LICENSE "$pkgdir/usr/share/licenses/$pkgname/LICENSE"
}
`;
}

/** As `makepkg --printsrcinfo` writes it. */
function srcinfo(source: Source): string {
  const { version, homepage } = source;
  const archives = known(source);
  const fields = [
    ["pkgdesc", SUMMARY],
    ["pkgver", version],
    ["pkgrel", "1"],
    ["url", homepage],
    ...archives.map(({ architecture }) => ["arch", architecture]),
    ["license", "MIT"],
    ["depends", "glibc"],
    ["optdepends", "git: named sessions with worktrees"],
    ["provides", "berth"],
    ["conflicts", "berth"],
    ["options", "!strip"],
    ["options", "!debug"],
    ...archives.flatMap(({ target, architecture }) => [
      [`source_${architecture}`, url(source, target)],
      [`sha256sums_${architecture}`, source.sum(target)],
    ]),
  ];
  return `pkgbase = berth-bin\n${
    fields.map(([name, value]) => `\t${name} = ${value}\n`).join("")
  }\npkgname = berth-bin\n`;
}

export async function* aur(source: Source): AsyncGenerator<PackageFile> {
  if (known(source).length === 0) return;
  yield await Promise.resolve({ name: "PKGBUILD", bytes: text(pkgbuild(source)) });
  yield { name: "PKGBUILD.SRCINFO", bytes: text(srcinfo(source)) };
}
