/**
 * Read a Windows executable as far as its machine and its version information. Layouts: "PE Format" and
 * `VS_VERSIONINFO` in Microsoft's documentation. Every offset and size in the file is checked against the file.
 */
export interface Pe {
  readonly machine: "x86_64" | "arm64";
  /** A console program gets a console where it has none. */
  readonly subsystem: "console" | "other";
  /** Bytes of an Authenticode signature; 0 without one. */
  readonly certificate: number;
  /** Types of the resources in it, as numbers (`winuser.h`). */
  readonly resources: readonly number[];
  /** The version information as it stands in the file; undefined without one. */
  readonly versionInfo: Uint8Array | undefined;
}

const MACHINES: Readonly<Record<number, Pe["machine"]>> = { 0x8664: "x86_64", 0xaa64: "arm64" };
const PE32_PLUS = 0x20b;
const CONSOLE = 3;
const RT_VERSION = 16;
/** Of an offset in the resource tree: set where it leads to a directory. */
const DIRECTORY = 0x80000000;
/** Data directories, by their offset in the optional header. */
const [RESOURCES, CERTIFICATES] = [128, 144];

/** A part of the file. @throws Error where it is not wholly in the file */
function part(bytes: Uint8Array, offset: number, size: number): DataView {
  if (offset + size > bytes.length) throw new Error(`Malformed PE: ${size} bytes at ${offset}`);
  return new DataView(bytes.buffer, bytes.byteOffset + offset, size);
}

interface Section {
  readonly address: number;
  readonly size: number;
  readonly offset: number;
}

function sections(bytes: Uint8Array, start: number, count: number): Section[] {
  return Array.from({ length: count }, (_, n) => {
    const one = part(bytes, start + n * 40, 40);
    return {
      address: one.getUint32(12, true),
      size: one.getUint32(16, true),
      offset: one.getUint32(20, true),
    };
  });
}

/** The bytes that lie at an address in memory. @throws Error where the file has none for it */
function atAddress(bytes: Uint8Array, all: readonly Section[], address: number, size: number): Uint8Array {
  const section = all.find((one) => address >= one.address && address + size <= one.address + one.size);
  if (section === undefined) throw new Error(`Malformed PE: nothing at address ${address}`);
  const found = part(bytes, address - section.address + section.offset, size);
  return new Uint8Array(found.buffer, found.byteOffset, size);
}

/** The entries of one directory of the resource tree: what it is for, and where it leads to. */
function entries(tree: Uint8Array, offset: number): { id: number; to: number }[] {
  const head = part(tree, offset, 16);
  const count = head.getUint16(12, true) + head.getUint16(14, true);
  const list = part(tree, offset + 16, count * 8);
  return Array.from({ length: count }, (_, n) => ({
    id: list.getUint32(n * 8, true),
    to: list.getUint32(n * 8 + 4, true),
  }));
}

/** Where the first leaf below an entry is: type, then name, then language. */
function leaf(tree: Uint8Array, to: number): number {
  for (let depth = 0; depth < 2; depth++) {
    if (to < DIRECTORY) throw new Error("Malformed PE: a resource without name or language");
    const first = entries(tree, to - DIRECTORY)[0];
    if (first === undefined) throw new Error("Malformed PE: an empty resource directory");
    to = first.to;
  }
  return to;
}

/**
 * Read what an executable says about itself.
 *
 * @throws Error for anything that is no well-formed 64-bit PE of a machine that berth is built for
 */
export function parsePe(bytes: Uint8Array): Pe {
  const start = part(bytes, 60, 4).getUint32(0, true);
  const coff = part(bytes, start, 24);
  const optional = part(bytes, start + 24, 152);
  const machine = MACHINES[coff.getUint16(4, true)];
  const known = coff.getUint32(0) === 0x50450000 && optional.getUint16(0, true) === PE32_PLUS;
  if (!known || machine === undefined) throw new Error("Not a 64-bit Windows executable");
  const all = sections(bytes, start + 24 + coff.getUint16(20, true), coff.getUint16(6, true));
  const [address, size] = [optional.getUint32(RESOURCES, true), optional.getUint32(RESOURCES + 4, true)];
  const tree = size === 0 ? new Uint8Array(16) : atAddress(bytes, all, address, size);
  const types = entries(tree, 0);
  const version = types.find(({ id }) => id === RT_VERSION);
  const place = version && part(tree, leaf(tree, version.to), 8);
  return {
    machine,
    subsystem: optional.getUint16(68, true) === CONSOLE ? "console" : "other",
    certificate: optional.getUint32(CERTIFICATES + 4, true),
    resources: types.map(({ id }) => id),
    versionInfo: place && atAddress(bytes, all, place.getUint32(0, true), place.getUint32(4, true)),
  };
}
