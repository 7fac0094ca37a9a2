/**
 * Make every package from the archives of `dist/release`: `bun scripts/packages.ts --homepage URL …` puts them and
 * `SHA256SUMS` into `dist/packages`. Nothing is fetched, and the same commit gives the same bytes.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { sha256, sumLines } from "./archive.ts";
import { sourceEpoch } from "./epoch.ts";
import { apks } from "./packages/apk.ts";
import { aur } from "./packages/aur.ts";
import { debs } from "./packages/deb.ts";
import { jsrLibrary } from "./packages/jsr-library.ts";
import { npmCommand } from "./packages/npm-command.ts";
import { npmLibrary } from "./packages/npm-library.ts";
import { type Options, parseOptions, USAGE } from "./packages/options.ts";
import { recipes } from "./packages/recipes.ts";
import { rpms } from "./packages/rpm.ts";
import { sboms } from "./packages/sbom.ts";
import { Archives, type Channel, type Source } from "./packages/source.ts";

const root = join(import.meta.dir, "..");

/** Every channel, in the order in which they are made. */
const CHANNELS: Readonly<Record<string, Channel>> = {
  npmLibrary,
  jsrLibrary,
  npmCommand,
  debs,
  rpms,
  apks,
  aur,
  recipes,
  sboms,
};

/** What packages are made from. @param directory a release's; @throws Error where it lacks a target */
export function sourceOf(options: Options, directory: string, version = manifest.version): Source {
  const archives = new Archives(directory);
  for (const target of options.targets) archives.sum(target);
  return {
    ...options,
    version,
    epoch: sourceEpoch(),
    sum: (target) => archives.sum(target),
    program: (target) => archives.program(target),
  };
}

/**
 * Make packages in a directory that takes the place of an earlier one when all of them are there.
 *
 * @param directory absolute path
 * @param channels which ones
 */
export async function packages(
  source: Source,
  directory: string,
  channels: readonly Channel[] = Object.values(CHANNELS),
): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const sums = new Map<string, string>();
  for (const channel of channels) {
    for await (const { name, bytes } of channel(source)) {
      writeFileSync(join(unfinished, name), bytes);
      sums.set(name, sha256(bytes));
    }
  }
  writeFileSync(join(unfinished, "SHA256SUMS"), sumLines(sums));
  rmSync(directory, { recursive: true, force: true });
  renameSync(unfinished, directory);
}

async function main(argv: readonly string[]): Promise<void> {
  const directory = join(root, "dist", "packages");
  try {
    await packages(sourceOf(parseOptions(argv, manifest.version), join(root, "dist", "release")), directory);
    console.log(directory);
  } catch (error) {
    console.error(`packages: ${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

if (import.meta.main) await main(process.argv.slice(2));
