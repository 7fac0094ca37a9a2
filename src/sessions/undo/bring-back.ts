import { chmodSync, lstatSync, mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { BerthError, fail } from "../../errors/errors.ts";
import { type Git, must } from "../git/git.ts";
import { longWork } from "../git/long-work.ts";
import { type Entry, MANIFEST, type Manifest, parseManifest } from "./manifest.ts";

/** The manifest of a commit that keeps a worktree. @throws `work_lost` where there is none */
export async function readManifest(git: Git, commit: string): Promise<Manifest> {
  const { status, out } = await git(["cat-file", "blob", `${commit}:${MANIFEST}`]);
  const manifest = status === 0 ? parseManifest(out) : null;
  if (manifest === null) throw fail("work_lost", { commit, why: "it is no commit that keeps a worktree" });
  return manifest;
}

/**
 * Fill a worktree that git has made without files: with those of its index that had not changed, checked out as git
 * does, and with all that was kept, byte by byte. What is there already stays, so that this can be gone on with.
 *
 * @param worktree git in the worktree
 * @param admin git's own directory for it
 */
export async function bringBack(worktree: Git, admin: string, manifest: Manifest): Promise<void> {
  const root = worktree.directory;
  const objects = await contents(worktree, [...manifest.files, ...manifest.admin]);
  // HEAD and its place are git's; the index comes first, since it tells what there is to check out.
  for (const entry of manifest.admin) {
    if (entry.path !== "HEAD") written(admin, entry, objects, true);
  }
  await checkOutUnchanged(worktree, manifest);
  const told = longWork("bring the work back");
  for (const [at, entry] of manifest.files.entries()) {
    told(() => `${at} of ${manifest.files.length} files`);
    written(root, entry, objects, false);
  }
  for (const half of [join(admin, HALF), join(root, HALF)]) {
    if (isThere(half)) unlinkSync(half);
  }
  await worktree(["update-index", "-q", "--refresh"]);
}

async function checkOutUnchanged(worktree: Git, { files, missing }: Manifest): Promise<void> {
  // Byte by byte, since a name need not be UTF-8.
  const binary = true;
  const out = await must(worktree, "list the files", ["ls-files", "-s", "-v", "-z"], { binary });
  const kept = new Set([...files.map(({ path }) => path), ...missing].map(asBytes));
  const paths = out.split("\0").filter((line) => line !== "").flatMap((line) => {
    const path = line.slice(line.indexOf("\t") + 1);
    // Those that are not to be there (sparse checkout) stay out, and a submodule is no file.
    return /^S /.test(line) || line.slice(2).startsWith("160000") || kept.has(path) ? [] : [path];
  });
  if (paths.length === 0) return;
  // Without --force nothing that is there is overwritten; git says so and goes on with the others.
  const input = paths.map((path) => `${path}\0`).join("");
  await worktree(["checkout-index", "--quiet", "-u", "-z", "--stdin"], { input, binary });
}

/** A text with a character for each of its bytes. */
const asBytes = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** Where a file is written before it gets its name, so that one that was half written is never taken for whole. */
const HALF = ".berth-bringing-back";

/** As `put`. @throws `write_failed` */
function written(...[root, entry, objects, overwrite]: Parameters<typeof put>): void {
  try {
    put(root, entry, objects, overwrite);
  } catch (error) {
    if (error instanceof BerthError) throw error;
    throw fail("write_failed", { what: join(root, entry.path), why: (error as Error).message }, error);
  }
}

/** @param overwrite whether one that is there is replaced; else it stays */
function put(root: string, entry: Entry, objects: ReadonlyMap<string, Uint8Array>, overwrite: boolean): void {
  const path = join(root, entry.path);
  mkdirSync(dirname(path), { recursive: true });
  if (entry.kind === "directory") return void mkdirSync(path, { recursive: true });
  if (!overwrite && isThere(path)) return;
  if (entry.kind === "link") {
    if (isThere(path)) unlinkSync(path);
    return symlinkSync(entry.target, path);
  }
  const bytes = objects.get(entry.object);
  if (bytes === undefined) throw fail("work_lost", { commit: entry.object, why: "git has it no more" });
  const half = join(root, HALF);
  writeWhole(half, bytes, entry.mode ?? (entry.executable ? 0o755 : undefined));
  renameSync(half, path);
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Written and synced, since the ref that keeps it goes afterwards. Nobody else reads it before it has its mode. */
function writeWhole(path: string, bytes: Uint8Array, mode: number | undefined): void {
  if (isThere(path)) unlinkSync(path);
  const flags = { flag: "wx", flush: true, ...mode === undefined ? {} : { mode: 0o600 } };
  writeFileSync(path, bytes, flags);
  if (mode !== undefined) chmodSync(path, mode);
}

/** The bytes of every object, by its name (git-cat-file(1), `--batch`). */
async function contents(git: Git, entries: readonly Entry[]): Promise<Map<string, Uint8Array>> {
  const names = [...new Set(entries.flatMap((one) => one.kind === "file" ? [one.object] : []))];
  const found = new Map<string, Uint8Array>();
  if (names.length === 0) return found;
  const input = names.map((name) =>
    `${name}
`
  ).join("");
  const text = await must(git, "read the kept files", ["cat-file", "--batch"], { input, binary: true });
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at);
    const [name = "", kind, size = "0"] = new TextDecoder().decode(bytes.subarray(at, end)).split(" ");
    at = end + 1;
    // Of one that is missing there is the line alone.
    if (kind !== "blob") continue;
    found.set(name, bytes.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return found;
}
