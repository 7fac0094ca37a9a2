/** The packages of this machine's target, made as a release makes them. */
import { join } from "node:path";
import { packages, sourceOf } from "../../scripts/packages.ts";
import type { Channel, Source } from "../../scripts/packages/source.ts";
import { release } from "../../scripts/release.ts";
import { ownTarget, type Target } from "../../scripts/targets.ts";
import { scratch } from "./berth.ts";

export const MAINTAINER = { name: "Berth Tests", address: "tests@berth.invalid" };

/** A release of the given targets in a directory of the test file's own. @returns the directory */
export async function released(targets: readonly Target[] = [ownTarget()]): Promise<string> {
  const directory = join(scratch(), "release");
  await release(targets, directory);
  return directory;
}

/** What packages are made from, with addresses that lead nowhere. */
export function source(release: string, more: Partial<Source> = {}): Source {
  const options = {
    homepage: "https://berth.invalid/",
    downloads: "https://berth.invalid/download",
    maintainer: MAINTAINER,
    targets: [ownTarget()],
  };
  return { ...sourceOf(options, release), ...more };
}

/** Make packages of some channels in a directory of the test file's own. @returns the directory */
export async function packaged(from: Source, channels: readonly Channel[]): Promise<string> {
  const directory = join(scratch(), "packages");
  await packages(from, directory, channels);
  return directory;
}
