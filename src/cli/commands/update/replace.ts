import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import process from "node:process";
import { fail } from "../../../errors/errors.ts";
import { programName } from "../../../native/target.ts";
import type { Offer } from "./release.ts";
import { type Receipt, writeReceipt } from "./receipt.ts";

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
    throw fail("not_replaced", { program, why: reason(error), ofRoot: isRoots(dirname(program)) });
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

/**
 * Manual pages and completions, where the installer has put some: those of the new version in the place of the old
 * one's. The program is in place by now, so nothing here is a reason to fail.
 */
function bring(receipt: Receipt, work: string): void {
  const { program, files } = receipt;
  const prefix = dirname(dirname(program));
  const fresh = files.length === 0 ? [] : filesBelow(join(work, "share"));
  if (fresh.length === 0) return;
  const placed = fresh.map((file) => join(prefix, relative(work, file)));
  try {
    placed.forEach((file, n) => place(fresh[n] ?? "", file));
    const ours = join(prefix, "share") + sep;
    for (const gone of files.filter((file) => file.startsWith(ours) && !placed.includes(file))) rmSync(gone);
    writeReceipt({ ...receipt, files: placed });
  } catch {
    // What is there of them is of use, and the next update tries again.
  }
}

function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  // For everybody who may use the program, whatever the umask.
  chmodSync(to, 0o644);
}

/** @returns absolute paths; none where there is no such directory */
function filesBelow(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

/** Whether a directory is root's, and we are not. */
const isRoots = (directory: string): boolean =>
  (process.getuid?.() ?? 0) !== 0 && statSync(directory).uid === 0;

const reason = (error: unknown): string =>
  error instanceof Error ? (error as NodeJS.ErrnoException).code ?? error.message : String(error);
