/** From here on an encoder is the faster one, with all that it takes to come into being: a page of output. */
const LONG = 2048;

/**
 * A text as C has it: its UTF-8 bytes and a NUL. Without a TextEncoder where it is short and ASCII, as nearly all are:
 * one takes as long to come into being as two files to read.
 *
 * @param room where it may be put, good until the next one; memory of its own without one or where it is too long
 * @returns memory that begins with it
 */
export function cString(text: string, room?: Uint8Array): Uint8Array {
  const { length } = text;
  if (length >= LONG) return encoded(text);
  const bytes = room !== undefined && length < room.length ? room : new Uint8Array(length + 1);
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7e) return encoded(text);
    bytes[at] = code;
  }
  bytes[length] = 0;
  return bytes;
}

/** Apart, since the runtime makes TextEncoder as soon as a function that names it is called. */
const encoded = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`);
