/** Packages for Fedora, openSUSE and their like, by `rpmbuild`. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Member } from "../archive.ts";
import type { Target } from "../targets.ts";
import { DESCRIPTION, type PackageFile, type Source, SUMMARY } from "./source.ts";
import { unixTree } from "./tree.ts";

const ARCHITECTURES: Partial<Record<Target, string>> = { "linux-x64": "x86_64", "linux-arm64": "aarch64" };

const PLACES = { zsh: "share/zsh/site-functions", license: "share/licenses/berth/LICENSE" };

/** A day of the changelog, as rpm wants it. */
const day = (epoch: number): string => {
  const [weekday, date, month, year] = new Date(epoch * 1000).toUTCString().replace(",", "").split(" ");
  return `${weekday} ${month} ${date} ${year}`;
};

/** rpm replaces what stands after a percent sign. */
const plain = (value: string): string => value.replaceAll("%", "%%");

/**
 * Neither stripped nor given a build ID: our code is appended to the runtime's file, and strip(1) would cut it off.
 */
function spec({ version, homepage, maintainer, epoch }: Source, members: readonly Member[]): string {
  const files = members.map(({ name }) => name.includes("/licenses/") ? `%license /${name}` : `/${name}`);
  return `%global debug_package %{nil}
%global __os_install_post %{nil}
%global _build_id_links none
%global _binary_payload w6.gzdio
Name: berth
Version: ${version}
Release: 1
Summary: ${SUMMARY}
License: MIT
URL: ${plain(homepage)}
Vendor: ${plain(maintainer.name)}
Packager: ${plain(maintainer.name)} <${plain(maintainer.address)}>

%description
${DESCRIPTION}

%files
${files.join("\n")}

%changelog
* ${day(epoch)} ${plain(maintainer.name)} <${plain(maintainer.address)}> - ${version}-1
- Release ${version}
`;
}

/** Without what it would take from the machine: its name, its clock, its user's settings. */
function rpmbuild(home: string, root: string, architecture: string, epoch: number): void {
  const defines = {
    _topdir: home,
    _buildhost: "localhost",
    use_source_date_epoch_as_buildtime: "1",
    clamp_mtime_to_source_date_epoch: "1",
    _rpmfilename: "berth.rpm",
  };
  const command = [
    "rpmbuild",
    "-bb",
    "--quiet",
    `--target=${architecture}-linux`,
    `--buildroot=${root}`,
    ...Object.entries(defines).flatMap(([name, value]) => ["--define", `${name} ${value}`]),
    join(home, "berth.spec"),
  ];
  const done = Bun.spawnSync(command, {
    env: { PATH: process.env["PATH"] ?? "", HOME: home, LC_ALL: "C.UTF-8", SOURCE_DATE_EPOCH: `${epoch}` },
    stdout: "pipe",
    stderr: "pipe",
  });
  if (!done.success) throw new Error(`rpmbuild failed:\n${done.stdout}${done.stderr}`);
}

async function rpm(source: Source, target: Target, architecture: string): Promise<PackageFile> {
  const home = mkdtempSync(join(tmpdir(), "berth-rpm-"));
  try {
    const members = await unixTree(source, target, PLACES);
    const root = join(home, "root");
    for (const { name, bytes, executable } of members) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), bytes, { mode: executable ? 0o755 : 0o644 });
    }
    writeFileSync(join(home, "berth.spec"), spec(source, members));
    rpmbuild(home, root, architecture, source.epoch);
    const bytes = new Uint8Array(readFileSync(join(home, "RPMS", "berth.rpm")));
    return { name: `berth-${source.version}-1.${architecture}.rpm`, bytes };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** @throws Error where `rpmbuild` is not there (Debian: `apt install rpm`) */
export async function* rpms(source: Source): AsyncGenerator<PackageFile> {
  const wanted = source.targets.filter((target) => ARCHITECTURES[target] !== undefined);
  if (wanted.length > 0 && Bun.which("rpmbuild") === null) {
    throw new Error("rpmbuild is not here; on Debian: apt install rpm");
  }
  for (const target of wanted) yield await rpm(source, target, ARCHITECTURES[target] ?? "");
}
