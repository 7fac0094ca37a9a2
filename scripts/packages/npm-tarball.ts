import { type Member, tarGz } from "../archive.ts";
import { type PackageFile, type Source, text } from "./source.ts";

/** A `package.json`, as far as every package of ours has it. */
export function manifest(source: Source, name: string, more: Readonly<Record<string, unknown>>): Member {
  const { version, homepage, maintainer } = source;
  const content = {
    name,
    version,
    license: "MIT",
    homepage,
    author: { name: maintainer.name, email: maintainer.address },
    ...more,
    publishConfig: { access: "public" },
  };
  return { name: "package.json", bytes: text(`${JSON.stringify(content, null, 2)}\n`), executable: false };
}

/** What `npm pack` calls a package's file. */
export const tarballName = (name: string, version: string): string =>
  `${name.replace(/^@/, "").replaceAll("/", "-")}-${version}.tgz`;

/** A package as npm serves it, with the commit's time on every file. */
export async function tarball(
  source: Source,
  name: string,
  members: readonly Member[],
): Promise<PackageFile> {
  const inPackage = members.map((member) => ({ ...member, name: `package/${member.name}` }));
  return {
    name: tarballName(name, source.version),
    bytes: await tarGz(inPackage, new Date(source.epoch * 1000)),
  };
}
