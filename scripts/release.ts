/**
 * Make a release: `bun scripts/release.ts` puts one archive for each target and `SHA256SUMS` into `dist/release`;
 * with names of targets only those.
 */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { archiveName } from "./archive-name.ts";
import { type Member, sha256, sumLines, tarGz, zip } from "./archive.ts";
import { compile, entry } from "./build.ts";
import { sourceEpoch } from "./epoch.ts";
import { share } from "./packages/share.ts";
import { checkRuntime } from "./pinned-runtimes.ts";
import { isTarget, isWindows, type Target, TARGETS } from "./targets.ts";

const root = join(import.meta.dir, "..");
const DOCUMENTS = ["LICENSE", "README.md"];

/**
 * What an archive holds: the program under its plain name, licence and README; for Unix also what goes into a prefix's
 * `share`: manual pages and completions.
 */
async function members(target: Target, scratch: string): Promise<Member[]> {
  const program = isWindows(target) ? "berth.exe" : "berth";
  const binary = join(scratch, program);
  checkRuntime(target);
  compile(entry(target), binary, target);
  return [
    { name: program, bytes: readFileSync(binary), executable: true },
    ...DOCUMENTS.map((name) => ({ name, bytes: readFileSync(join(root, name)), executable: false })),
    ...isWindows(target) ? [] : await share(sourceEpoch()),
  ];
}

/** The bytes of the archive for a target; the program is built for it in a directory of its own. */
async function archive(target: Target): Promise<Uint8Array> {
  const scratch = mkdtempSync(join(tmpdir(), "berth-release-"));
  try {
    const held = await members(target, scratch);
    return isWindows(target) ? zip(held) : await tarGz(held);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Make a release in a directory that takes the place of an earlier one when all of it is there.
 *
 * @param directory absolute path
 * @throws Error where a target cannot be built, or its runtime is another than the pinned one; an earlier
 *   release is then as it was
 */
export async function release(targets: readonly Target[], directory: string): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const sums = new Map<string, string>();
  for (const target of targets) {
    const bytes = await archive(target);
    writeFileSync(join(unfinished, archiveName(target)), bytes);
    sums.set(archiveName(target), sha256(bytes));
    console.log(`${archiveName(target)}  ${(bytes.length / 1e6).toFixed(1)} MB`);
  }
  writeFileSync(join(unfinished, "SHA256SUMS"), sumLines(sums));
  rmSync(directory, { recursive: true, force: true });
  renameSync(unfinished, directory);
}

/**
 * What the changelog lacks for a release.
 *
 * @param changelog its text: Keep a Changelog 1.1
 * @returns undefined where the version has its title, with a day, and nothing waits under "Unreleased"
 */
export function changelogLacks(changelog: string, version: string): string | undefined {
  const [, ...sections] = changelog.split(/^## /m);
  const titled = sections.some((section) =>
    section.startsWith(`[${version}] - `) && /^\d{4}-\d\d-\d\d\n/.test(section.slice(version.length + 5))
  );
  if (!titled) return `CHANGELOG.md has no title "## [${version}] - YEAR-MONTH-DAY"`;
  const waiting = sections.find((section) => section.startsWith("[Unreleased]"))?.match(/^- /gm)?.length ?? 0;
  return waiting > 0 ? `In CHANGELOG.md ${waiting} entries stand under "Unreleased"` : undefined;
}

async function main(names: readonly string[]): Promise<void> {
  const wanted = names.length === 0 ? Object.keys(TARGETS) : names;
  const unknown = wanted.filter((name) => !isTarget(name));
  if (unknown.length > 0) {
    console.error(`Unknown target ${JSON.stringify(unknown[0])}; known: ${Object.keys(TARGETS).join(" ")}`);
    process.exit(2);
  }
  const lacks = changelogLacks(readFileSync(join(root, "CHANGELOG.md"), "utf8"), manifest.version);
  // Archives are made to be tried, too: it is said, and no reason to stop.
  if (lacks !== undefined) console.error(`Note: ${lacks}`);
  await release(wanted.filter(isTarget), join(root, "dist", "release"));
}

if (import.meta.main) await main(process.argv.slice(2));
