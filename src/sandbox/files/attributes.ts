/**
 * What a file carries beside its bytes and its mode: extended attributes, and the access list, which on Linux is one
 * of them (xattr(7), acl(5)). A file that is replaced would lose them, and one that is made in a directory with a
 * default access list gets one that the old file did not have.
 */
import { openLibrary } from "../../facts/native.ts";

/** Make `to` carry what `from` carries. @returns what could not be kept, by name */
export type CopyAttributes = (from: string, to: string) => string[];

const ACCESS_LIST = "system.posix_acl_access";
/** What writing to a file takes away as well, or what holds for the old bytes only (capabilities(7), evmctl(1)). */
const OF_THE_BYTES: ReadonlySet<string> = new Set(["security.capability", "security.ima", "security.evm"]);

const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(`${value}\0`);
const signed = (size: bigint): number => Number(BigInt.asIntN(64, size));

/** The calls of xattr(7); all follow a link, which `/proc/self/fd/N` is. */
function openLinux() {
  const { listxattr, getxattr, setxattr, removexattr } = openLibrary("libc.so.6", {
    listxattr: { args: ["bytes", "bytes", "u64"], returns: "u64" },
    getxattr: { args: ["bytes", "bytes", "bytes", "u64"], returns: "u64" },
    setxattr: { args: ["bytes", "bytes", "bytes", "u64", "i32"], returns: "i32" },
    removexattr: { args: ["bytes", "bytes"], returns: "i32" },
  });
  /** Ask for the size, then for the bytes; null where there are none. */
  const bytesOf = (ask: (buffer: Uint8Array<ArrayBuffer> | null, size: bigint) => bigint) => {
    const size = signed(ask(null, 0n));
    if (size <= 0) return size === 0 ? new Uint8Array() : null;
    const buffer = new Uint8Array(size);
    const got = signed(ask(buffer, BigInt(size)));
    return got < 0 ? null : buffer.subarray(0, got);
  };
  const namesOf = (path: string): string[] => {
    const bytes = bytesOf((buffer, size) => listxattr(text(path), buffer, size));
    return new TextDecoder().decode(bytes ?? new Uint8Array()).split("\0").filter((name) => name !== "");
  };
  const copy = (from: string, to: string, name: string): boolean => {
    const value = bytesOf((buffer, size) => getxattr(text(from), text(name), buffer, size));
    if (value === null) return false;
    const given = value.length === 0 ? null : new Uint8Array(value);
    return setxattr(text(to), text(name), given, BigInt(value.length), 0) === 0;
  };
  return { namesOf, copy, remove: (path: string, name: string) => removexattr(text(path), text(name)) === 0 };
}

function linux(): CopyAttributes {
  const { namesOf, copy, remove } = openLinux();
  return (from, to) => {
    const names = namesOf(from);
    if (!names.includes(ACCESS_LIST) && namesOf(to).includes(ACCESS_LIST)) remove(to, ACCESS_LIST);
    return names.filter((name) => !OF_THE_BYTES.has(name) && !copy(from, to, name));
  };
}

/** `COPYFILE_ACL | COPYFILE_XATTR` of copyfile(3). */
const ACL_AND_XATTR = 0b101;

function darwin(): CopyAttributes {
  const { copyfile } = openLibrary("libSystem.B.dylib", {
    copyfile: { args: ["bytes", "bytes", "bytes", "u32"], returns: "i32" },
  });
  return (from, to) =>
    copyfile(text(from), text(to), null, ACL_AND_XATTR) === 0 ? [] : ["access list", "extended attributes"];
}

let made: CopyAttributes | undefined;

/** Where the calls cannot be made, that is said: nobody can tell then what the file carried. On Windows they are not. */
export function copyAttributes(): CopyAttributes {
  if (made !== undefined) return made;
  if (process.platform === "win32") return made = () => [];
  try {
    made = process.platform === "darwin" ? darwin() : linux();
  } catch {
    made = () => ["access list", "extended attributes"];
  }
  return made;
}
