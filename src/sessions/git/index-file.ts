import { readFileSync, type Stats } from "node:fs";
import type { Indexed } from "./nested.ts";

/*
 * The index as git keeps it (gitformat-index(5)), for the list of its files, which takes a process of git three times as
 * long. Whatever is not the plain form, entry by entry to the last byte, is git's to read.
 */

const [HEADER, STAT, NAME_LENGTH, HASH] = [12, 40, 0xfff, 20];
const [EXTENDED, ASSUME_VALID, SKIP_WORKTREE] = [0x4000, 0x8000, 0x4000];
const MODES = new Set(["100644", "100755", "120000", "160000"]);

/** All of an index. @returns null where it cannot be read */
export function readIndex(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

/** The files of an index, as `git ls-files -s -v` has them. @returns null where git must be asked */
export function indexedIn(bytes: Buffer | null): Indexed[] | null {
  if (bytes === null || bytes.length < HEADER + HASH || bytes.toString("latin1", 0, 4) !== "DIRC") {
    return null;
  }
  // From version 4 on names leave out what they begin with.
  if (![2, 3].includes(bytes.readUInt32BE(4))) return null;
  const files: Indexed[] = [];
  let at = HEADER;
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const entry = entryAt(bytes, at);
    if (entry === null) return null;
    files.push(entry.file);
    at = entry.next;
  }
  return endsPlainly(bytes, at) ? files : null;
}

/** One with a SHA-256 has its flags elsewhere, so its length does not fit. */
function entryAt(bytes: Buffer, at: number): { file: Indexed; next: number } | null {
  const flagsAt = at + STAT + HASH;
  if (flagsAt + 4 > bytes.length) return null;
  const mode = bytes.readUInt32BE(at + 24).toString(8);
  const flags = bytes.readUInt16BE(flagsAt);
  const isExtended = (flags & EXTENDED) !== 0;
  const from = flagsAt + (isExtended ? 4 : 2);
  const end = bytes.indexOf(0, from);
  if (end <= from || !MODES.has(mode) || (flags & NAME_LENGTH) !== Math.min(end - from, NAME_LENGTH)) {
    return null;
  }
  const skipped = isExtended && (bytes.readUInt16BE(flagsAt + 2) & SKIP_WORKTREE) !== 0;
  const unmerged = (flags & 0x3000) !== 0;
  const tag = unmerged ? "M" : skipped ? "S" : "H";
  const file = {
    tag: (flags & ASSUME_VALID) === 0 ? tag : tag.toLowerCase(),
    mode,
    blob: bytes.toString("hex", at + STAT, flagsAt),
    path: bytes.toString("utf8", from, end),
    statAt: at,
  };
  // Filled up with NULs, one at least, to a multiple of eight bytes.
  return { file, next: at + (end - at + 8 & ~7) };
}

/** Whether behind the entries stand only extensions that may be passed over, and the hash. */
function endsPlainly(bytes: Buffer, from: number): boolean {
  let at = from;
  while (at + 8 <= bytes.length - HASH && /^[A-Z]/.test(bytes.toString("latin1", at, at + 1))) {
    at += 8 + bytes.readUInt32BE(at + 4);
  }
  return at === bytes.length - HASH;
}

const NANOSECONDS_IN_MS = 1e6;
/** A number of milliseconds since 1970 has no more digits. */
const EXACT_MS = 1e-3;

/**
 * Whether a file is the one that git looked at when it wrote an entry of its index. Git itself is content with whole
 * seconds, and reads the file where that leaves a doubt; so where the file system knows no more than seconds, it is not.
 *
 * @param at where the entry begins
 */
export function isAsStamped(bytes: Buffer, at: number, { ctimeMs, mtimeMs, ino, size }: Stats): boolean {
  const time = (field: number) =>
    bytes.readUInt32BE(at + field) * 1000 + bytes.readUInt32BE(at + field + 4) / NANOSECONDS_IN_MS;
  return bytes.readUInt32BE(at + 4) !== 0 && isNear(time(0), ctimeMs) && isNear(time(8), mtimeMs) &&
    bytes.readUInt32BE(at + 20) === ino >>> 0 && bytes.readUInt32BE(at + 36) === size >>> 0;
}

const isNear = (one: number, other: number): boolean => Math.abs(one - other) < EXACT_MS;
