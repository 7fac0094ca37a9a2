import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { syncFileSystem } from "../../facts/sync-file-system.ts";
import { openToRead, syncDirectory, windows } from "../../store/files.ts";
import { writing } from "../../store/naming.ts";
import { fail } from "../../errors/errors.ts";
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
  const own = manifest.admin.filter(({ path }) => path !== "HEAD");
  putAll({ root: admin, objects, overwrite: true }, own);
  // Nobody looks into them meanwhile who may not, and what they hold can be put there.
  makeDirectories(root, manifest, OWNER);
  await checkOutUnchanged(worktree, manifest);
  putAll({ root, objects, overwrite: false }, manifest.files);
  makeDirectories(root, manifest);
  await worktree(["update-index", "-q", "--refresh"]);
}

/** What the owner of a directory may do who fills it. */
const OWNER = 0o700;

/** Those that the files were in, with who may do what in them. @param also permissions beside */
function makeDirectories(root: string, { directories = [] }: Manifest, also = 0): void {
  for (const { path, mode } of directories.toSorted((a, b) => b.path.length - a.path.length)) {
    const at = join(root, path);
    writing(at, () => {
      mkdirSync(at, { recursive: true });
      chmodSync(at, mode | also);
    });
  }
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
const halfOf = (root: string, at: number): string => join(root, at === 0 ? HALF : `${HALF}-${at}`);

/** Files that are made lasting together. */
const TOGETHER = 1024;
/** From here on it is faster to sync all of the file system, whatever else it has to write, than each of the files. */
const MANY = 32;

interface Into {
  readonly root: string;
  readonly objects: ReadonlyMap<string, Uint8Array>;
  /** Whether what is there is replaced; else it stays. */
  readonly overwrite: boolean;
}

/** @throws `write_failed`, `work_lost` */
function putAll(into: Into, entries: readonly Entry[]): void {
  const { root, overwrite } = into;
  const told = longWork("bring the work back");
  for (let at = 0; at < entries.length; at += TOGETHER) {
    told(() => `${at} of ${entries.length} files`);
    const some = entries.slice(at, at + TOGETHER).filter(({ kind, path }) =>
      kind === "directory" || overwrite || !isThere(join(root, path))
    );
    putSome(into, some);
  }
  for (let at = 0; at < Math.min(TOGETHER, entries.length); at++) removed(halfOf(root, at));
  if (windows) return;
  for (const directory of directoriesOf(entries)) synced(join(root, directory));
}

function removed(half: string): void {
  if (isThere(half)) writing(half, () => unlinkSync(half));
}

/** Those that got a name, the innermost first. */
function directoriesOf(entries: readonly Entry[]): string[] {
  const found = new Set<string>();
  for (const { path } of entries) {
    for (let at = dirname(path); at !== "." && !found.has(at); at = dirname(at)) found.add(at);
  }
  return [...[...found].sort((a, b) => b.length - a.length), ...entries.length === 0 ? [] : ["."]];
}

function synced(directory: string): void {
  writing(directory, () => {
    const fd = openToRead(directory);
    try {
      syncDirectory(fd);
    } finally {
      closeSync(fd);
    }
  });
}

/** Written and lasting, all of them, before the first has its name: the ref that keeps them goes afterwards. */
function putSome({ root, objects }: Into, entries: readonly Entry[]): void {
  const halves = entries.flatMap((entry, at) => {
    if (entry.kind !== "file") return [];
    const bytes = objects.get(entry.object);
    if (bytes === undefined) throw fail("work_lost", { commit: entry.object, why: "git has it no more" });
    const half = halfOf(root, at);
    writing(join(root, entry.path), () => writeHalf(half, bytes));
    return [{ half, entry }];
  });
  if (halves.length < MANY || !syncFileSystem(root)) {
    for (const { half, entry } of halves) writing(join(root, entry.path), () => syncFile(half));
  }
  for (const { half, entry } of halves) {
    writing(join(root, entry.path), () => chmodSync(half, modeOf(entry)));
  }
  for (const [at, entry] of entries.entries()) {
    writing(join(root, entry.path), () => place(root, entry, halfOf(root, at)));
  }
}

function place(root: string, entry: Entry, half: string): void {
  const path = join(root, entry.path);
  mkdirSync(entry.kind === "directory" ? path : dirname(path), { recursive: true });
  if (entry.kind === "file") return renameSync(half, path);
  if (entry.kind === "directory") return;
  if (isThere(path)) unlinkSync(path);
  symlinkSync(entry.target, path);
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Nobody else reads it before it has its mode. */
function writeHalf(half: string, bytes: Uint8Array): void {
  removed(half);
  writeFileSync(half, bytes, { flag: "wx", mode: 0o600 });
}

function syncFile(path: string): void {
  // Windows syncs nothing that is open to be read alone.
  const fd = openSync(path, "r+");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** As it was, else as git would make it. */
const modeOf = ({ mode, executable }: Extract<Entry, { kind: "file" }>): number =>
  mode ?? (executable ? 0o755 : 0o666 & ~process.umask());

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
