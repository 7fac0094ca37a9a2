/** Enough of a file for its header and the table behind it. */
export const HEADER_BYTES = 4096;

const PT_INTERP = 3;

/**
 * The loader that an ELF program asks for (`/lib/ld-musl-x86_64.so.1`): it tells the C library without a process.
 * Format: elf(5), 64 bits, little endian.
 *
 * @param head the file's first `HEADER_BYTES` bytes
 * @returns undefined for a static program, and for what is no such file
 */
export function elfInterpreter(head: Uint8Array): string | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  try {
    if (view.getUint32(0) !== 0x7f454c46 || view.getUint16(4) !== 0x0201) return undefined;
    const table = Number(view.getBigUint64(32, true));
    const [size, count] = [view.getUint16(54, true), view.getUint16(56, true)];
    for (let at = table; at < table + count * size; at += size) {
      if (view.getUint32(at, true) !== PT_INTERP) continue;
      const from = Number(view.getBigUint64(at + 8, true));
      const to = head.indexOf(0, from);
      // A path of ASCII; making a decoder takes longer than all the rest.
      return to < 0 ? undefined : String.fromCharCode(...head.subarray(from, to));
    }
  } catch (error) {
    // Cut short: nothing can be told.
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}
