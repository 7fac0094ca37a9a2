/** The files of a package for a Unix system, below `usr`, and tar archives of such trees. */
import { packTar } from "modern-tar";
import type { Member } from "../archive.ts";
import type { Target } from "../targets.ts";
import { share } from "./share.ts";
import { document, type Source } from "./source.ts";

/** As small as it gets, without a name or a time in it. */
export const gzip = (bytes: Uint8Array): Uint8Array =>
  Bun.gzipSync(new Uint8Array(bytes), { library: "libdeflate", level: 12 });

/** Where a system wants what differs between them. */
export interface Places {
  /** Directory of zsh's functions, below `usr`. */
  readonly zsh: string;
  /** The licence's path, below `usr`. */
  readonly license: string;
}

/** The program and what comes with it; manual pages compressed, as the systems want them. */
export async function unixTree(source: Source, target: Target, places: Places): Promise<Member[]> {
  const shared = (await share(source.epoch)).map((member) =>
    member.name.startsWith("share/man/")
      ? { ...member, name: `${member.name}.gz`, bytes: gzip(member.bytes) }
      : { ...member, name: member.name.replace("share/zsh/site-functions", places.zsh) }
  );
  return [
    { name: "bin/berth", bytes: await source.program(target), executable: true },
    ...shared,
    document("LICENSE", places.license),
  ].map((member) => ({ ...member, name: `usr/${member.name}` }));
}

/** The directories that files are in, outermost first. */
export const directoriesOf = (members: readonly Member[]): string[] => {
  const found = new Set<string>();
  for (const { name } of members) {
    const parts = name.split("/").slice(0, -1);
    parts.forEach((_, n) => found.add(parts.slice(0, n + 1).join("/")));
  }
  return [...found].sort();
};

interface TreeOptions {
  /** Seconds since 1970. */
  readonly epoch: number;
  /** What stands before every name: `./` in a .deb. */
  readonly before?: string;
  /** Records of a pax header for a file. */
  readonly pax?: (member: Member) => Record<string, string>;
}

/** A tar archive with the directories in it, everything root's. */
export async function tree(members: readonly Member[], options: TreeOptions): Promise<Uint8Array> {
  const { epoch, before = "", pax } = options;
  const common = { uid: 0, gid: 0, uname: "root", gname: "root", mtime: new Date(epoch * 1000) };
  const directories = directoriesOf(members).map((name) => ({
    header: { name: `${before}${name}/`, type: "directory" as const, size: 0, mode: 0o755, ...common },
  }));
  const files = members.toSorted((one, other) => one.name < other.name ? -1 : 1).map((member) => ({
    header: {
      name: `${before}${member.name}`,
      type: "file" as const,
      size: member.bytes.length,
      mode: member.executable ? 0o755 : 0o644,
      ...common,
      ...pax === undefined ? {} : { pax: pax(member) },
    },
    body: member.bytes,
  }));
  return await packTar([...directories, ...files]);
}
