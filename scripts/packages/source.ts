/** What every package is made from: the archives of a release, and what only the maintainer can say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { unpackTar } from "modern-tar";
import { type Member, sha256 } from "../archive.ts";
import { archiveName } from "../archive-name.ts";
import type { Target } from "../targets.ts";

const root = join(import.meta.dir, "..", "..");

/** Who answers for the packages: `NAME <ADDRESS>`. */
export interface Maintainer {
  readonly name: string;
  readonly address: string;
}

export interface Source {
  readonly version: string;
  /** The commit's time, in seconds since 1970: the only one that gets into a package. */
  readonly epoch: number;
  readonly homepage: string;
  /** The URL below which the release's archives are served, without a slash at its end. */
  readonly downloads: string;
  readonly maintainer: Maintainer;
  /** The targets that are packaged. */
  readonly targets: readonly Target[];
  /** SHA-256 of a target's archive, in hex. */
  readonly sum: (target: Target) => string;
  /** The program out of a target's archive. */
  readonly program: (target: Target) => Promise<Uint8Array>;
}

/** A file that a channel makes. */
export interface PackageFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One channel: packages, or texts for those who serve packages. */
export type Channel = (source: Source) => AsyncGenerator<PackageFile>;

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A file of the checkout, as a member of a package. */
export function document(path: string, name: string): Member {
  return { name, bytes: readFileSync(join(root, path)), executable: false };
}

/** What says in one line what berth is; the same everywhere. */
export const SUMMARY = "Stable session ID for every terminal, and the state that belongs to it";

/** More, for catalogues that want a paragraph. */
export const DESCRIPTION = `berth gives every terminal, tmux pane and SSH login a session ID that is
the same in everything started from it, and keeps the state that belongs to
it: values, named sessions with a git worktree each, confined files and
scripts for coding agents.`;

/** The archives of a release, each checked against `SHA256SUMS` when it is read. */
export class Archives {
  readonly #directory: string;
  readonly #sums: ReadonlyMap<string, string>;

  /** @throws Error where the directory holds no `SHA256SUMS` */
  constructor(directory: string) {
    this.#directory = directory;
    const lines = readFileSync(join(directory, "SHA256SUMS"), "utf8").trim().split("\n");
    this.#sums = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
  }

  has(target: Target): boolean {
    return this.#sums.has(archiveName(target));
  }

  /** @throws Error where the release has nothing for the target */
  sum(target: Target): string {
    const sum = this.#sums.get(archiveName(target));
    if (sum === undefined) {
      throw new Error(`The release has no ${archiveName(target)}: npm run release -- ${target}`);
    }
    return sum;
  }

  /** @throws Error where the archive is not what `SHA256SUMS` says, or has no program in it */
  async program(target: Target): Promise<Uint8Array> {
    const name = archiveName(target);
    const bytes = readFileSync(join(this.#directory, name));
    if (sha256(bytes) !== this.sum(target)) throw new Error(`${name} is not the one that SHA256SUMS has`);
    const program = name.endsWith(".zip")
      ? unzipSync(bytes, { filter: (file) => file.name === "berth.exe" })["berth.exe"]
      : (await unpackTar(Bun.gunzipSync(bytes))).find(({ header }) => header.name === "berth")?.data;
    if (program === undefined) throw new Error(`${name} holds no program`);
    return program;
  }
}
