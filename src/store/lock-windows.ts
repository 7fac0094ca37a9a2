import type { Pointer } from "bun:ffi";
import { nativeCalls } from "../facts/native-calls.ts";
import * as files from "./files.ts";
import type { LockFile } from "./lock-file.ts";
import { quietly } from "./naming.ts";

/*
 * LockFileEx on one byte far behind the content: a Windows lock is mandatory, and others shall be able to read
 * who holds it. The file is opened without FILE_SHARE_DELETE, so nobody can unlink or replace it while it is
 * open, and the path leads to it for as long as we have it.
 */
const CALLS = {
  CreateFileW: {
    parameters: ["buffer", "u32", "u32", "pointer", "u32", "u32", "pointer"],
    result: "pointer",
  },
  LockFileEx: { parameters: ["pointer", "u32", "u32", "u32", "u32", "buffer"], result: "i32" },
  CloseHandle: { parameters: ["pointer"], result: "i32" },
  GetLastError: { parameters: [], result: "u32" },
} as const;

const GENERIC_READ_WRITE = 0xc0000000;
const SHARE_READ_WRITE = 3;
const OPEN_ALWAYS = 4;
const EXCLUSIVE_FAIL_IMMEDIATELY = 3;
const ERROR_FILE_NOT_FOUND = 2;
const ERROR_PATH_NOT_FOUND = 3;
const ERROR_ACCESS_DENIED = 5;
const ERROR_SHARING_VIOLATION = 32;
const ERROR_DELETE_PENDING = 303;
const ERROR_LOCK_VIOLATION = 33;
const ERROR_IO_PENDING = 997;

type Handle = unknown;
interface Kernel {
  CreateFileW(
    path: Uint8Array,
    access: number,
    share: number,
    security: null,
    how: number,
    flags: number,
    template: null,
  ): Handle;
  LockFileEx(
    file: Handle,
    flags: number,
    reserved: number,
    low: number,
    high: number,
    at: Uint8Array,
  ): number;
  CloseHandle(file: Handle): number;
  GetLastError(): number;
}

async function kernel32(): Promise<{ calls: Kernel; isHandle: (handle: Handle) => boolean }> {
  if (typeof BERTH_SYSTEM !== "string" && "Deno" in globalThis) {
    const { symbols } = Deno.dlopen("kernel32.dll", CALLS);
    const isHandle = (handle: Handle) =>
      handle !== null && Deno.UnsafePointer.value(handle as Deno.PointerObject) !== 0xffffffffffffffffn;
    return { calls: symbols as unknown as Kernel, isHandle };
  }
  const { dlopen } = await import("bun:ffi");
  const named = { pointer: "ptr", buffer: "ptr", u32: "u32", i32: "i32" } as const;
  const table = Object.fromEntries(
    Object.entries(CALLS).map(([name, { parameters, result }]) => [name, {
      args: parameters.map((type) => named[type]),
      returns: named[result],
    }]),
  );
  // INVALID_HANDLE_VALUE, -1, arrives as a double.
  const isHandle = (handle: Handle) =>
    handle !== null && (handle as Pointer) > 0 && (handle as Pointer) < 2 ** 53;
  const { symbols } = nativeCalls("lock a file", () => dlopen("kernel32.dll", table));
  return { calls: symbols as unknown as Kernel, isHandle };
}

const { calls, isHandle } = await kernel32();

/** As the wide functions take text: UTF-16 code units with a zero behind them. */
function wide(text: string): Uint8Array {
  const units = Uint16Array.from(
    { length: text.length + 1 },
    (_, at) => at < text.length ? text.charCodeAt(at) : 0,
  );
  return new Uint8Array(units.buffer);
}

/** OVERLAPPED with the offset 2^62, where no content ever is. */
function farAway(): Uint8Array {
  const overlapped = new Uint8Array(32);
  new DataView(overlapped.buffer).setUint32(20, 0x40000000, true);
  return overlapped;
}

/** What is open elsewhere without sharing (a virus scanner), or is being deleted; and what may never be opened. */
const IN_THE_WAY = [ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_DELETE_PENDING];
const OPEN_TRIES = 100;
const PAUSE_MS = 10;

function open(path: string): Handle {
  const name = wide(path.replaceAll("/", "\\"));
  for (let tries = 1;; tries++) {
    const handle = calls.CreateFileW(
      name,
      GENERIC_READ_WRITE,
      SHARE_READ_WRITE,
      null,
      OPEN_ALWAYS,
      0x80,
      null,
    );
    if (isHandle(handle)) return handle;
    const code = calls.GetLastError();
    if (tries === OPEN_TRIES || !IN_THE_WAY.includes(code)) throw failed(code);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
}

function failed(code: number): Error {
  const error = new Error(`CreateFileW failed with error ${code}`);
  // Spelled as node:fs does, by which the store knows that its folders are yet to be made.
  return code === ERROR_FILE_NOT_FOUND || code === ERROR_PATH_NOT_FOUND
    ? Object.assign(error, { code: "ENOENT" })
    : error;
}

/** Open the lock file at `path`, making it where it is missing. */
export function openLockFile(path: string): LockFile {
  const handle = open(path);
  return {
    tryLock() {
      if (calls.LockFileEx(handle, EXCLUSIVE_FAIL_IMMEDIATELY, 0, 1, 0, farAway()) !== 0) return true;
      const code = calls.GetLastError();
      if (code === ERROR_LOCK_VIOLATION || code === ERROR_IO_PENDING) return false;
      throw new Error(`LockFileEx failed with error ${code}`);
    },
    inPlace: () => true,
    note: (text) => files.overwriteAt(path, text),
    close: () => void calls.CloseHandle(handle),
    remove() {
      calls.CloseHandle(handle);
      // Fails as long as anyone has it open, and then it stays: it is needed.
      quietly(() => files.unlink(path));
    },
  };
}
