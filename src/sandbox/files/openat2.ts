/**
 * openat2(2), Linux 5.6: the kernel itself refuses to leave the directory, in one call for the whole path.
 * A seccomp profile of before 2020 answers EPERM, an older kernel ENOSYS; then the walk does it name by name.
 */
import { O_PATH } from "./tree-linux.ts";

/** The same on every architecture (asm-generic/unistd.h). */
const SYS_OPENAT2 = 437;
const RESOLVE_NO_MAGICLINKS = 0x02;
const RESOLVE_BENEATH = 0x08;
/** Not in `node:fs.constants` under every runtime; the same on x86-64 and arm64. */
const O_CLOEXEC = 0o2000000;
const SIZE_OF_OPEN_HOW = 24;

/** Open a relative path below a directory as `O_PATH`; negative when the kernel refused, for whatever reason. */
export type OpenBeneath = (root: number, path: string) => number;

/** `struct open_how`: flags, mode, resolve, each 64 bits. */
function openHow(): Uint8Array {
  const flags = BigInt(O_PATH | O_CLOEXEC);
  const resolve = BigInt(RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
  return new Uint8Array(new BigUint64Array([flags, 0n, resolve]).buffer);
}

/**
 * The call, or null where it cannot be made. Deno could make it, but its node:fs knows only descriptors that it
 * opened itself.
 */
export async function loadOpenBeneath(): Promise<OpenBeneath | null> {
  if (!("Bun" in globalThis) || process.platform !== "linux") return null;
  const how = openHow();
  try {
    const { dlopen } = await import("bun:ffi");
    const args = ["i64", "i64", "ptr", "ptr", "i64"] as const;
    const { symbols } = dlopen("libc.so.6", { syscall: { args, returns: "i64" } });
    return (root, path) =>
      Number(symbols.syscall(SYS_OPENAT2, root, Buffer.from(`${path}\0`), how, SIZE_OF_OPEN_HOW));
  } catch {
    return null; // no libc by that name
  }
}
