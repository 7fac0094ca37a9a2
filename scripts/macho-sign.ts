/**
 * Sign a Mach-O executable ad hoc, as a linker does: one CodeDirectory with the hash of every page, no
 * certificate. It is the form that ld64, Go's linker and Bun (for arm64) write; there is no signing tool for
 * it on npm or in Debian. Layouts: `kern/cs_blobs.h` and `mach-o/loader.h` of xnu.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { CS, pageHashes, signatureFaults } from "./code-signature.ts";
import { type MachO, parseMachO, type Segment, type SignaturePlace, view } from "./macho.ts";

const PAGE_BITS = 12;
const PAGE = 2 ** PAGE_BITS;
/** The larger of the two page sizes of Macs, in bytes; linkers align segments to it for both. */
const SEGMENT_ALIGNMENT = 0x4000;
const INDEX_SIZE = 20;
const DIRECTORY_SIZE = 88;
/** The version of the CodeDirectory that knows the executable segment. */
const DIRECTORY_VERSION = 0x20400;
const EXEC_SEGMENT_MAIN_BINARY = 1n;

const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;

interface Layout {
  readonly place: SignaturePlace;
  readonly text: Segment;
  readonly linkedit: Segment;
}

/** What is signed must end with its old signature, in its last segment. @throws Error where it does not */
function layout(bytes: Uint8Array, machO: MachO): Layout {
  const place = machO.signature;
  const text = machO.segments.find(({ name }) => name === "__TEXT");
  const linkedit = machO.segments.at(-1);
  if (place === undefined || text === undefined || linkedit?.name !== "__LINKEDIT") {
    throw new Error("The executable has no place for a code signature");
  }
  const ends = place.offset + place.size === bytes.length &&
    linkedit.fileOffset + linkedit.fileSize === bytes.length && place.offset >= linkedit.fileOffset;
  if (!ends || place.offset % 16 !== 0) throw new Error("The code signature is not at the executable's end");
  return { place, text, linkedit };
}

function directory(code: Uint8Array, identifier: string, { text }: Layout): Uint8Array {
  const name = new TextEncoder().encode(`${identifier}\0`);
  const hashes = pageHashes(code, code.length, PAGE);
  const blob = new Uint8Array(DIRECTORY_SIZE + name.length + hashes.length * 32);
  const data = view(blob);
  const words = [CS.codeDirectory, blob.length, DIRECTORY_VERSION, CS.adhoc | CS.linkerSigned];
  const places = [DIRECTORY_SIZE + name.length, DIRECTORY_SIZE, 0, hashes.length, code.length];
  [...words, ...places].forEach((word, n) => data.setUint32(n * 4, word));
  blob.set([32, CS.sha256, 0, PAGE_BITS], 36);
  data.setBigUint64(64, BigInt(text.fileOffset));
  data.setBigUint64(72, BigInt(text.fileSize));
  data.setBigUint64(80, EXEC_SEGMENT_MAIN_BINARY);
  blob.set(name, DIRECTORY_SIZE);
  hashes.forEach((hash, n) => blob.set(Uint8Array.fromHex(hash), DIRECTORY_SIZE + name.length + n * 32));
  return blob;
}

/** The signature's size is known before the pages are hashed; the first page holds it. */
function signatureSize(codeLimit: number, identifier: string): number {
  const name = new TextEncoder().encode(identifier).length + 1;
  return roundUp(INDEX_SIZE + DIRECTORY_SIZE + name + Math.ceil(codeLimit / PAGE) * 32, 16);
}

/**
 * Sign an executable, in place of the signature that it has.
 *
 * @param identifier the name that macOS shows for the program
 * @returns the signed executable's bytes
 * @throws Error for bytes that are no executable with a signature at its end
 */
export function signAdHoc(bytes: Uint8Array, identifier: string): Uint8Array {
  const where = layout(bytes, parseMachO(bytes));
  const { place, linkedit } = where;
  const size = signatureSize(place.offset, identifier);
  const signed = new Uint8Array(place.offset + size);
  signed.set(bytes.subarray(0, place.offset));
  const data = view(signed);
  const linkeditSize = signed.length - linkedit.fileOffset;
  data.setUint32(place.command + 12, size, true);
  data.setBigUint64(linkedit.command + 32, BigInt(roundUp(linkeditSize, SEGMENT_ALIGNMENT)), true);
  data.setBigUint64(linkedit.command + 48, BigInt(linkeditSize), true);
  const made = directory(signed.subarray(0, place.offset), identifier, where);
  [CS.embeddedSignature, INDEX_SIZE + made.length, 1, 0, INDEX_SIZE]
    .forEach((word, n) => data.setUint32(place.offset + n * 4, word));
  signed.set(made, place.offset + INDEX_SIZE);
  return signed;
}

/**
 * Sign an executable file anew, and check the result. For x86_64 Bun leaves the runtime's own signature, which no
 * longer fits and asks for the hardened runtime. For arm64, where nothing starts without, it makes a valid one, but
 * may give the last segment a size in memory that is no multiple of the page size, which other tools stumble over
 * (PyInstaller's pull request 6042, LIEF's issue 726).
 *
 * @throws Error where the signature would be invalid
 */
export function signFile(path: string, identifier: string): void {
  const signed = signAdHoc(readFileSync(path), identifier);
  const faults = signatureFaults(signed, parseMachO(signed));
  if (faults.length > 0) throw new Error(`Cannot sign ${path}: ${faults.join(", ")}`);
  writeFileSync(path, signed);
}
