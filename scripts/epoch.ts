import { join } from "node:path";

const root = join(import.meta.dir, "..");

/**
 * The only time that gets into what is made: the commit's, or what `SOURCE_DATE_EPOCH` says (reproducible-builds.org).
 *
 * @returns seconds since 1970
 * @throws Error where neither is to be had
 */
export function sourceEpoch(): number {
  const given = process.env["SOURCE_DATE_EPOCH"];
  if (given !== undefined && /^\d{1,11}$/.test(given)) return Number(given);
  const git = Bun.spawnSync(["git", "log", "-1", "--format=%ct"], {
    cwd: root,
    stdout: "pipe",
    stderr: "ignore",
  });
  if (!git.success) throw new Error("Cannot ask git for the commit's time: set SOURCE_DATE_EPOCH");
  return Number(git.stdout.toString());
}
