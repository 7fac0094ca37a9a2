/**
 * Release archives whose bytes depend on nothing but the files in them: fixed order, time, owner and modes, and
 * compressors that give the same bytes on every machine (libdeflate inside Bun, fflate in plain JavaScript).
 */
import { zipSync } from "fflate";
import { packTar } from "modern-tar";

export interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

/** Noon, since zip keeps local time: no time zone makes another day of it, and none skips or repeats it. */
const TIME = { utc: new Date(Date.UTC(2000, 0, 1, 12)), local: new Date(2000, 0, 1, 12) };
/** zlib's scale: more takes twice the time for half a percent. */
const LEVEL = 6;
/** In zip: made on Unix, so that `unzip` sets the modes in the upper half of the attributes. */
const UNIX = 3;

const mode = (member: Member): number => member.executable ? 0o755 : 0o644;

const sorted = (members: readonly Member[]): Member[] =>
  members.toSorted((one, other) => one.name < other.name ? -1 : 1);

/** A gzipped tar archive. @param time every member's, where the fixed one is not wanted */
export async function tarGz(members: readonly Member[], time: Date = TIME.utc): Promise<Uint8Array> {
  const owner = { uid: 0, gid: 0, uname: "root", gname: "root" };
  const tar = await packTar(
    sorted(members).map((member) => ({
      header: {
        name: member.name,
        type: "file",
        size: member.bytes.length,
        mode: mode(member),
        mtime: time,
        ...owner,
      },
      body: member.bytes,
    })),
  );
  return Bun.gzipSync(new Uint8Array(tar), { library: "libdeflate", level: LEVEL });
}

/** A zip archive. */
export function zip(members: readonly Member[]): Uint8Array {
  const regularFile = 0o100000;
  const options = (member: Member) => ({
    level: LEVEL,
    mtime: TIME.local,
    os: UNIX,
    attrs: (regularFile | mode(member)) * 0x10000,
  } as const);
  return zipSync(
    Object.fromEntries(sorted(members).map((member) => [member.name, [member.bytes, options(member)]])),
  );
}

/** SHA-256, in lowercase hex. */
export const sha256 = (bytes: Uint8Array): string =>
  new Bun.CryptoHasher("sha256").update(bytes).digest("hex");

/** What `sha256sum` prints for files, sorted by name; `sha256sum -c` reads it. */
export function sumLines(sums: ReadonlyMap<string, string>): string {
  const names = [...sums.keys()].sort();
  return names.map((name) => `${sums.get(name)}  ${name}\n`).join("");
}
