/**
 * Read a 64-bit Mach-O executable as far as its code signature needs. Layouts: `mach-o/loader.h` of xnu.
 * Every offset and size in the file is checked against the file before it is used.
 */

/** `mach-o/loader.h`, `mach/machine.h`. */
const MH_MAGIC_64 = 0xfeedfacf;
const MH_EXECUTE = 2;
const HEADER_SIZE = 32;
export const LC_SEGMENT_64 = 0x19;
export const LC_CODE_SIGNATURE = 0x1d;
const CPU: Readonly<Record<number, "x86_64" | "arm64">> = { 0x01000007: "x86_64", 0x0100000c: "arm64" };

export interface Segment {
  readonly name: string;
  /** Where its load command stands in the file. */
  readonly command: number;
  readonly fileOffset: number;
  readonly fileSize: number;
}

/** `struct linkedit_data_command` of the code signature. */
export interface SignaturePlace {
  /** Where its load command stands in the file. */
  readonly command: number;
  readonly offset: number;
  readonly size: number;
}

export interface MachO {
  readonly cpu: "x86_64" | "arm64";
  readonly segments: readonly Segment[];
  readonly signature: SignaturePlace | undefined;
}

interface Command {
  readonly type: number;
  readonly at: number;
  readonly size: number;
}

export const view = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Make sure that `length` bytes from `offset` lie inside of `limit`.
 *
 * @throws Error where they do not, or where a number is too large to be an offset
 */
export function inside(what: string, offset: number, length: number, limit: number): void {
  const fits = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0 &&
    offset + length <= limit;
  if (!fits) throw new Error(`Malformed Mach-O: ${what} at ${offset}, ${length} bytes, ends after ${limit}`);
}

function* commands(bytes: Uint8Array): Generator<Command> {
  const data = view(bytes);
  const end = HEADER_SIZE + data.getUint32(20, true);
  inside("load commands", HEADER_SIZE, end - HEADER_SIZE, bytes.length);
  let at = HEADER_SIZE;
  for (let left = data.getUint32(16, true); left > 0; left--) {
    inside("load command", at, 8, end);
    const size = data.getUint32(at + 4, true);
    if (size < 8 || size % 8 !== 0) throw new Error(`Malformed Mach-O: load command of ${size} bytes`);
    inside("load command", at, size, end);
    yield { type: data.getUint32(at, true), at, size };
    at += size;
  }
}

function segment(bytes: Uint8Array, { at, size }: Command): Segment {
  inside("segment command", 0, 72, size);
  const data = view(bytes);
  const name = new TextDecoder("latin1").decode(bytes.subarray(at + 8, at + 24)).replace(/\0.*$/s, "");
  const fileOffset = Number(data.getBigUint64(at + 40, true));
  const fileSize = Number(data.getBigUint64(at + 48, true));
  inside(`segment ${JSON.stringify(name)}`, fileOffset, fileSize, bytes.length);
  return { name, command: at, fileOffset, fileSize };
}

function signaturePlace(bytes: Uint8Array, { at, size }: Command): SignaturePlace {
  inside("signature command", 0, 16, size);
  const data = view(bytes);
  const place = { command: at, offset: data.getUint32(at + 8, true), size: data.getUint32(at + 12, true) };
  inside("code signature", place.offset, place.size, bytes.length);
  return place;
}

/**
 * Read an executable's segments and where its code signature is.
 *
 * @throws Error for anything that is no well-formed 64-bit Mach-O executable for x86_64 or arm64
 */
export function parseMachO(bytes: Uint8Array): MachO {
  inside("header", 0, HEADER_SIZE, bytes.length);
  const data = view(bytes);
  const cpu = CPU[data.getUint32(4, true)];
  if (
    data.getUint32(0, true) !== MH_MAGIC_64 || data.getUint32(12, true) !== MH_EXECUTE || cpu === undefined
  ) {
    throw new Error("Not a 64-bit Mach-O executable");
  }
  const segments: Segment[] = [];
  let signature: SignaturePlace | undefined;
  for (const command of commands(bytes)) {
    if (command.type === LC_SEGMENT_64) segments.push(segment(bytes, command));
    if (command.type !== LC_CODE_SIGNATURE) continue;
    if (signature !== undefined) throw new Error("Malformed Mach-O: two code signatures");
    signature = signaturePlace(bytes, command);
  }
  return { cpu, segments, signature };
}
