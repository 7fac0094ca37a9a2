/**
 * Read what a Linux executable asks of the system that starts it. Layouts: `elf(5)`; 64-bit, little-endian.
 * Every offset and size in the file is checked against the file before it is used.
 */
export interface Elf {
  readonly machine: "x86_64" | "aarch64";
  /** The program that loads it (`PT_INTERP`); none for a static program. */
  readonly interpreter: string | undefined;
  /** The shared libraries that it needs (`DT_NEEDED`). */
  readonly needed: readonly string[];
}

/** `elf.h`. */
const MACHINES: Readonly<Record<number, Elf["machine"]>> = { 62: "x86_64", 183: "aarch64" };
const [PT_LOAD, PT_DYNAMIC, PT_INTERP] = [1, 2, 3];
const [DT_NEEDED, DT_STRTAB] = [1, 5];
const HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;

interface Program {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** A part of the file. @throws Error where it is not wholly in the file */
function part(bytes: Uint8Array, offset: number, size: number): Uint8Array {
  const fits = Number.isSafeInteger(offset) && Number.isSafeInteger(size) && offset + size <= bytes.length;
  if (!fits || offset < 0 || size < 0) throw new Error(`Malformed ELF: ${size} bytes at ${offset}`);
  return bytes.subarray(offset, offset + size);
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The text up to the next NUL. */
function text(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset);
  if (end < 0) throw new Error("Malformed ELF: a text without an end");
  return new TextDecoder().decode(part(bytes, offset, end - offset));
}

function programs(bytes: Uint8Array): Program[] {
  const header = view(part(bytes, 0, HEADER_SIZE));
  const [start, size, count] = [
    Number(header.getBigUint64(32, true)),
    header.getUint16(54, true),
    header.getUint16(56, true),
  ];
  if (size < PROGRAM_HEADER_SIZE) throw new Error(`Malformed ELF: program headers of ${size} bytes`);
  return Array.from({ length: count }, (_, n) => {
    const one = view(part(bytes, start + n * size, PROGRAM_HEADER_SIZE));
    const number = (at: number) => Number(one.getBigUint64(at, true));
    return { type: one.getUint32(0, true), offset: number(8), address: number(16), size: number(32) };
  });
}

function needed(bytes: Uint8Array, all: readonly Program[]): string[] {
  const dynamic = all.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) return [];
  const data = view(part(bytes, dynamic.offset, dynamic.size));
  const entries = Array.from({ length: Math.floor(dynamic.size / 16) }, (_, n) => ({
    tag: Number(data.getBigUint64(n * 16, true)),
    value: Number(data.getBigUint64(n * 16 + 8, true)),
  }));
  const address = entries.find(({ tag }) => tag === DT_STRTAB)?.value ?? NaN;
  const load = all.find((one) =>
    one.type === PT_LOAD && address >= one.address && address < one.address + one.size
  );
  if (load === undefined) throw new Error("Malformed ELF: no string table");
  const names = address - load.address + load.offset;
  return entries.filter(({ tag }) => tag === DT_NEEDED).map(({ value }) => text(bytes, names + value));
}

/**
 * Read machine, interpreter and needed libraries of an executable.
 *
 * @throws Error for anything that is no well-formed ELF of a machine that berth is built for
 */
export function parseElf(bytes: Uint8Array): Elf {
  const header = part(bytes, 0, HEADER_SIZE);
  // Magic, 64-bit, little-endian, version 1.
  if (header.subarray(0, 7).toHex() !== "7f454c46020101") throw new Error("Not a 64-bit ELF executable");
  const machine = MACHINES[view(header).getUint16(18, true)];
  if (machine === undefined) throw new Error("An ELF executable of another machine");
  const all = programs(bytes);
  const interpreter = all.find(({ type }) => type === PT_INTERP);
  return {
    machine,
    interpreter: interpreter && text(part(bytes, interpreter.offset, interpreter.size), 0),
    needed: needed(bytes, all),
  };
}
