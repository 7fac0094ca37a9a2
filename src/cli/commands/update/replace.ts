import { chmodSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { fail } from "../../../errors/errors.ts";
import { programName } from "../../../native/target.ts";
import type { Offer } from "./release.ts";
import type { Receipt } from "./receipt.ts";

/** Variables by which the runtime would do something else than start our program. */
const QUIET = { BUN_OPTIONS: "", BUN_BE_BUN: "", BUN_INSPECT: "" };

/**
 * Put the program of an archive in the place of the one that runs, in one step, and what came with it.
 *
 * @throws BerthError `not_replaced` (1), `bad_release` (6); the old program is then as it was
 */
export function replace(receipt: Receipt, { archive, version }: Offer, bytes: Uint8Array): void {
  const { program, base } = receipt;
  // Not imported: the binary would carry its compiled form, half a megabyte with that of node:crypto beside this.
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  let work: string;
  try {
    work = mkdtempSync(join(dirname(program), ".berth-update-"));
  } catch (error) {
    throw fail("not_replaced", { program, why: reason(error) });
  }
  try {
    writeFileSync(join(work, archive), bytes);
    // Windows 10 has bsdtar as `tar`, which reads zip as well.
    const unpacked = spawnSync("tar", ["-xf", archive], { cwd: work, stdio: "ignore" });
    if (unpacked.status !== 0) throw fail("not_replaced", { program, why: `tar cannot unpack ${archive}` });
    const fresh = join(work, programName(receipt.target));
    chmodSync(fresh, 0o755);
    const asked = spawnSync(fresh, ["--version"], { encoding: "utf8", env: { ...process.env, ...QUIET } });
    if (!asked.stdout?.startsWith(`berth ${version} `)) {
      throw fail("bad_release", { from: base, why: `the program of ${archive} does not start here` });
    }
    move(fresh, program, work);
    bring(receipt, work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A program that runs can be renamed on Windows, but neither overwritten nor deleted. */
function move(fresh: string, program: string, work: string): void {
  try {
    if (process.platform === "win32") {
      renameSync(program, join(dirname(work), `.berth-old-${process.pid}.exe`));
    }
    renameSync(fresh, program);
  } catch (error) {
    throw fail("not_replaced", { program, why: reason(error) });
  }
}

/** Manual pages and completions, where the installer has put some. */
function bring({ program, files }: Receipt, work: string): void {
  const prefix = dirname(dirname(program));
  for (const file of files) {
    const inArchive = join(work, relative(prefix, file));
    if (!inArchive.startsWith(join(work, "share"))) continue;
    try {
      mkdirSync(dirname(file), { recursive: true });
      cpSync(inArchive, file);
    } catch {
      // The program is in place; a page that this version no longer has is no reason to fail.
    }
  }
}

const reason = (error: unknown): string =>
  error instanceof Error ? (error as NodeJS.ErrnoException).code ?? error.message : String(error);
