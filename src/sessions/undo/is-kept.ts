import { join } from "node:path";
import type { Checkout } from "../git/checkout.ts";
import { must } from "../git/git.ts";
import { quoted } from "../git/quoted.ts";
import type { Risk } from "../git/risk.ts";
import type { InspectedWorktree } from "../git/worktree.ts";
import { readManifest } from "./bring-back.ts";
import { collect, type Found, targetOf } from "./collect.ts";
import type { Manifest } from "./manifest.ts";

/**
 * Whether all that is left in a worktree is kept under a ref, byte by byte: then a removal that was stopped can be gone
 * on with, and nobody has worked there since.
 *
 * @returns false also where there is no such ref
 */
export async function isAllKept(
  { main, worktree }: Checkout,
  found: InspectedWorktree,
  risk: Risk,
  ref: string | undefined,
): Promise<boolean> {
  if (
    ref === undefined || (await main(["rev-parse", "--verify", "--quiet", `${ref}^{commit}`])).status !== 0
  ) {
    return false;
  }
  if (!found.exists) return true;
  const { admin, listed } = found;
  if (admin === null) return false;
  const manifest = await readManifest(main, ref).catch(() => null);
  if (manifest === null || listed === null || listed.head !== manifest.head) return false;
  const { files } = await collect(worktree, admin, risk.files, risk.nested);
  return await areIn(manifest, worktree, files);
}

async function areIn(
  { files }: Manifest,
  worktree: Checkout["worktree"],
  there: readonly Found[],
): Promise<boolean> {
  const kept = new Map(files.map((one) => [one.path, one]));
  const regular = there.filter(({ kind }) => kind === "file");
  const input = regular.map(({ path }) => `${quoted(path)}\n`).join("");
  const args = ["hash-object", "--no-filters", "--stdin-paths"];
  const objects = regular.length === 0
    ? []
    : (await must(worktree, "compare files", args, { input })).split("\n");
  return there.every(({ path, kind }) => {
    const one = kept.get(path);
    if (one?.kind !== kind) return false;
    if (one.kind === "directory") return true;
    if (one.kind === "link") return one.target === targetOf(join(worktree.directory, path));
    return one.object === objects[regular.findIndex((file) => file.path === path)];
  });
}
