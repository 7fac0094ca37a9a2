import { cString } from "./c-string.ts";
import { type Reading, unknown } from "./facts.ts";
import { ffi } from "./ffi-bun.ts";
import type { Device } from "./host.ts";

/*
 * By its number, since not every libc has a function for it, and since its record has one form on every
 * architecture (statx(2), Linux 4.11). Opened by the few who ask.
 */
const STATX = process.arch === "arm64" ? 291 : 332;
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const STATX_TYPE_UID_AND_SIZE = 1 | 8 | 0x200;
const RECORD_BYTES = 256;
/** Offset of stx_uid, in 32-bit words. */
const UID = 0x14 / 4;
/** Offset of stx_mode, which shares a word with what is not used. */
const MODE = 0x1c / 4;
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
/** Offset of stx_size, the lower half first. */
const SIZE = 0x28 / 4;
/** Offset of stx_rdev_major, in 32-bit words. */
const RDEV_MAJOR = 0x80 / 4;

/** As `makedev` of the kernel: see `device` of `stat.ts`, which takes it apart. */
const number = (major: number, minor: number): number =>
  ((minor & 0xff) | (major << 8) | ((minor & 0xfff00) << 12)) >>> 0;

/** What kind of device a path leads to, links followed. */
export function statDevice(path: string): Reading<Device> {
  const record = statx(path);
  if (record === undefined) return unknown("statx failed");
  const at = (offset: number): number => record[RDEV_MAJOR + offset] ?? 0;
  return { ok: true, value: { device: number(at(0), at(1)), within: number(at(2), at(3)) } };
}

/** The user that a file belongs to. */
export function statOwner(path: string): Reading<number> {
  const record = statx(path);
  return record === undefined ? unknown("statx failed") : { ok: true, value: record[UID] ?? -1 };
}

/** Bytes of a regular file. */
export function statSize(path: string): Reading<number> {
  const record = statx(path, AT_SYMLINK_NOFOLLOW);
  if (record === undefined) return unknown("statx failed");
  const mode = record[MODE] ?? 0;
  if ((mode & S_IFMT) !== S_IFREG) return unknown("no regular file");
  return { ok: true, value: (record[SIZE] ?? 0) + (record[SIZE + 1] ?? 0) * 2 ** 32 };
}

const open = () =>
  ffi.dlopen("libc.so.6", {
    syscall: { args: ["i64", "i64", "ptr", "i64", "i64", "ptr"], returns: "i64" },
  }).symbols;
let opened: ReturnType<typeof open> | undefined;

function statx(path: string, flags = 0): Uint32Array | undefined {
  const record = new Uint32Array(RECORD_BYTES / 4);
  const { syscall } = opened ??= open();
  const failed = syscall(STATX, AT_FDCWD, cString(path), flags, STATX_TYPE_UID_AND_SIZE, record);
  return Number(failed) === 0 ? record : undefined;
}
