/**
 * Read and check the code signature of a Mach-O executable: the CodeDirectory and every page's hash.
 * Layouts and flags: `kern/cs_blobs.h` of xnu; all numbers are big-endian.
 */
import { inside, type MachO, view } from "./macho.ts";

export const CS = {
  embeddedSignature: 0xfade0cc0,
  codeDirectory: 0xfade0c02,
  cmsWrapper: 0xfade0b01,
  /** Flags: no certificate; hardened runtime; made by a linker, so that `codesign` replaces it unasked. */
  adhoc: 0x2,
  hardenedRuntime: 0x10000,
  linkerSigned: 0x20000,
  sha256: 2,
} as const;

export interface CodeDirectory {
  readonly identifier: string;
  readonly version: number;
  readonly flags: number;
  /** Bytes of the file that are hashed: all before the signature. */
  readonly codeLimit: number;
  /** Bytes. */
  readonly pageSize: number;
  /** SHA-256 of every page, in lowercase hex. */
  readonly hashes: readonly string[];
}

export interface Signature {
  readonly directory: CodeDirectory;
  /** Whether a certificate's signature (CMS) that is not empty comes with it. */
  readonly certified: boolean;
}

/** A blob: magic, length, then what it holds; sliced to its length. */
function blob(bytes: Uint8Array, offset: number): { magic: number; body: Uint8Array } {
  inside("blob", offset, 8, bytes.length);
  const data = view(bytes);
  const length = data.getUint32(offset + 4);
  inside("blob", offset, Math.max(length, 8), bytes.length);
  return { magic: data.getUint32(offset), body: bytes.subarray(offset, offset + length) };
}

function identifierAt(body: Uint8Array, offset: number): string {
  inside("identifier", offset, 1, body.length);
  const end = body.indexOf(0, offset);
  if (end < 0) throw new Error("Malformed Mach-O: an identifier without an end");
  return new TextDecoder().decode(body.subarray(offset, end));
}

/** macOS knows pages of 4 and 16 KiB; a size of 0 would be one page without an end. */
function pageSizeOf(bits: number): number {
  if (bits !== 12 && bits !== 14) throw new Error(`Malformed Mach-O: pages of 2^${bits} bytes`);
  return 2 ** bits;
}

function parseDirectory(body: Uint8Array): CodeDirectory {
  inside("CodeDirectory", 0, 44, body.length);
  const data = view(body);
  const [hashOffset, slots] = [data.getUint32(16), data.getUint32(28)];
  if (data.getUint8(36) !== 32 || data.getUint8(37) !== CS.sha256) {
    throw new Error("Page hashes are not SHA-256");
  }
  inside("page hashes", hashOffset, slots * 32, body.length);
  const hash = (slot: number) => body.subarray(hashOffset + slot * 32, hashOffset + slot * 32 + 32).toHex();
  return {
    identifier: identifierAt(body, data.getUint32(20)),
    version: data.getUint32(8),
    flags: data.getUint32(12),
    codeLimit: data.getUint32(32),
    pageSize: pageSizeOf(data.getUint8(39)),
    hashes: Array.from({ length: slots }, (_, slot) => hash(slot)),
  };
}

/**
 * Read the code signature of an executable.
 *
 * @param machO what `parseMachO` found in the same bytes
 * @throws Error where there is none, or it is malformed
 */
export function readSignature(bytes: Uint8Array, machO: MachO): Signature {
  const place = machO.signature;
  if (place === undefined) throw new Error("The executable has no code signature");
  const all = blob(bytes.subarray(place.offset, place.offset + place.size), 0);
  if (all.magic !== CS.embeddedSignature) {
    throw new Error("Malformed Mach-O: no signature where one should be");
  }
  inside("signature", 0, 12, all.body.length);
  const data = view(all.body);
  const count = data.getUint32(8);
  inside("signature index", 12, count * 8, all.body.length);
  const blobs = Array.from({ length: count }, (_, n) => blob(all.body, data.getUint32(12 + n * 8 + 4)));
  const directory = blobs.find(({ magic }) => magic === CS.codeDirectory);
  if (directory === undefined) throw new Error("The code signature has no CodeDirectory");
  const certified = blobs.some(({ magic, body }) => magic === CS.cmsWrapper && body.length > 8);
  return { directory: parseDirectory(directory.body), certified };
}

/** SHA-256 of every page of the first `limit` bytes, in lowercase hex; the last page is as short as it is. */
export function pageHashes(bytes: Uint8Array, limit: number, pageSize: number): string[] {
  const pages = Array.from({ length: Math.ceil(limit / pageSize) }, (_, page) => page * pageSize);
  return pages.map((start) =>
    new Bun.CryptoHasher("sha256").update(bytes.subarray(start, Math.min(start + pageSize, limit))).digest(
      "hex",
    )
  );
}

/**
 * What macOS would have against an ad-hoc signature, or against starting the program without Apple's rights:
 * an empty list means that the signature is valid.
 */
export function signatureFaults(bytes: Uint8Array, machO: MachO): string[] {
  const { directory, certified } = readSignature(bytes, machO);
  const { codeLimit, flags, hashes, pageSize } = directory;
  const hashed = pageHashes(bytes, Math.min(codeLimit, bytes.length), pageSize);
  const wrong = hashed.filter((hash, page) => hash !== hashes[page]).length;
  return [
    ...(codeLimit === machO.signature?.offset ? [] : [`hashed up to ${codeLimit}, not up to the signature`]),
    ...(hashes.length === hashed.length ? [] : [`${hashes.length} hashes for ${hashed.length} pages`]),
    ...(wrong === 0 ? [] : [`${wrong} page hashes are wrong`]),
    ...((flags & CS.adhoc) !== 0 && !certified ? [] : ["not an ad-hoc signature"]),
    ...((flags & CS.hardenedRuntime) === 0 ? [] : ["hardened runtime, which forbids just-in-time code"]),
  ];
}
