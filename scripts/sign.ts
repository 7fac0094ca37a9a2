/**
 * A minisign signature of a file, made by `minisign` itself: `bun scripts/sign.ts DIRECTORY…` signs the `SHA256SUMS` of
 * each with the secret key that `BERTH_MINISIGN_KEY` names. The trusted comment names file and version, and no time.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import manifest from "../package.json" with { type: "json" };

/**
 * @param directory has a `SHA256SUMS`; `SHA256SUMS.minisig` is put beside it
 * @param key the file of the secret key; one with a password is asked for it on the terminal
 * @throws Error where minisign is not there, or does not sign
 */
export function sign(directory: string, key: string, version = manifest.version): void {
  if (Bun.which("minisign") === null) {
    throw new Error("minisign is not here; on Debian: apt install minisign");
  }
  if (!existsSync(key)) throw new Error(`There is no key ${JSON.stringify(key)}`);
  const file = join(directory, "SHA256SUMS");
  const signature = `${file}.minisig`;
  rmSync(signature, { force: true });
  const comments = ["-c", "signature of berth's releases", "-t", `berth ${version} SHA256SUMS`];
  const done = Bun.spawnSync(["minisign", "-S", "-s", key, "-m", file, "-x", signature, ...comments], {
    stdio: ["inherit", "ignore", "pipe"],
  });
  if (!done.success) throw new Error(`minisign cannot sign ${file}:\n${done.stderr}`);
}

if (import.meta.main) {
  const directories = process.argv.slice(2);
  const key = process.env["BERTH_MINISIGN_KEY"] ?? "";
  if (directories.length === 0 || key === "") {
    console.error("Usage: BERTH_MINISIGN_KEY=FILE bun scripts/sign.ts DIRECTORY...");
    process.exit(2);
  }
  try {
    for (const directory of directories) sign(directory, key);
  } catch (error) {
    console.error(`sign: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}
