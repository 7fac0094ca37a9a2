/**
 * UTF-16 as Windows keeps names: any 16-bit units, so also halves of a surrogate pair. They stay what they are in
 * the string (where TextDecoder would make U+FFFD of every one, and one name of two).
 *
 * @param bytes little-endian; a byte left over at the end is not read
 */
export function decodeUtf16(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  for (let at = 0; at + 1 < bytes.length; at += 2) text += String.fromCharCode(view.getUint16(at, true));
  return text;
}

/** The same, up to the first NUL; all of it where there is none. What stands behind the NUL is not looked at. */
export function decodeUntilNul(bytes: Uint8Array): string {
  let end = 0;
  while (end + 1 < bytes.length && (bytes[end] !== 0 || bytes[end + 1] !== 0)) end += 2;
  return decodeUtf16(bytes.subarray(0, end));
}

/** Text as Windows functions take it: little-endian UTF-16 with a NUL at its end. */
export function encodeUtf16(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * text.length + 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at++) view.setUint16(2 * at, text.charCodeAt(at), true);
  return bytes;
}
