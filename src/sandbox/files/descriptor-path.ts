/**
 * The path of an open file, asked of the kernel by its descriptor. Where handles are paths, this alone tells what
 * was really opened: a path can lead elsewhere by the time it is looked at again.
 */
import { readlinkSync } from "node:fs";

/** The path now, or null when the system does not say. */
export type DescriptorPath = (fd: number) => string | null;

function linux(fd: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return null;
  }
}

/**
 * `PROC_PIDFDVNODEPATHINFO` of libproc(3): `struct vnode_fdinfowithpath` is a `proc_fileinfo` (24 bytes), a
 * `vnode_info` (152) and the path (1024), see sys/proc_info.h. (fcntl's F_GETPATH would do, but it is variadic,
 * which no FFI calls rightly on arm64.)
 */
const PROC_PIDFDVNODEPATHINFO = 2;
const PATH_AT = 176;
const VNODE_INFO_SIZE = 1200;

type PidFdInfo = (
  pid: number,
  fd: number,
  what: number,
  buffer: Uint8Array<ArrayBuffer>,
  size: number,
) => number;

async function pidFdInfo(): Promise<PidFdInfo> {
  const library = "libSystem.B.dylib";
  if (typeof BERTH_SYSTEM !== "string" && "Deno" in globalThis) {
    const parameters = ["i32", "i32", "i32", "buffer", "i32"] as const;
    return Deno.dlopen(library, { proc_pidfdinfo: { parameters, result: "i32" } }).symbols.proc_pidfdinfo;
  }
  const { dlopen } = await import("bun:ffi");
  const args = ["i32", "i32", "i32", "ptr", "i32"] as const;
  return dlopen(library, { proc_pidfdinfo: { args, returns: "i32" } }).symbols.proc_pidfdinfo;
}

async function darwin(): Promise<DescriptorPath> {
  const ask = await pidFdInfo();
  return (fd) => {
    const buffer = new Uint8Array(VNODE_INFO_SIZE);
    if (ask(process.pid, fd, PROC_PIDFDVNODEPATHINFO, buffer, buffer.length) <= PATH_AT) return null;
    const path = buffer.subarray(PATH_AT, buffer.indexOf(0, PATH_AT));
    return path.length === 0 ? null : new TextDecoder().decode(path);
  };
}

const MAX_WIDE_PATH = 32_768;

/** `GetFinalPathNameByHandleW`; the handle of a descriptor is known to libuv, which the runtime exports. */
async function win32(): Promise<DescriptorPath> {
  const { dlopen } = await import("bun:ffi");
  const uv = dlopen(process.execPath, { uv_get_osfhandle: { args: ["i32"], returns: "i64" } });
  const signature = { args: ["i64", "ptr", "u32", "u32"], returns: "u32" } as const;
  const kernel = dlopen("kernel32.dll", { GetFinalPathNameByHandleW: signature });
  return (fd) => {
    const buffer = new Uint16Array(MAX_WIDE_PATH);
    const handle = uv.symbols.uv_get_osfhandle(fd);
    const length = kernel.symbols.GetFinalPathNameByHandleW(handle, buffer, buffer.length, 0);
    if (length === 0 || length >= buffer.length) return null;
    return new TextDecoder("utf-16le").decode(buffer.subarray(0, length)).replace(/^\\\\\?\\(?:UNC\\)?/, "");
  };
}

/** The call, or null where it cannot be made. */
export async function loadDescriptorPath(): Promise<DescriptorPath | null> {
  try {
    if (process.platform === "darwin") return await darwin();
    if (process.platform === "win32") return await win32();
    return linux;
  } catch {
    return null; // Deno without --allow-ffi
  }
}
