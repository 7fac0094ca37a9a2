/** An `ar` archive as dpkg wants it (deb(5)): short names, numbers in decimal, mode in octal, even offsets. */
export function ar(
  members: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  epoch: number,
): Uint8Array {
  const parts: Uint8Array[] = [new TextEncoder().encode("!<arch>\n")];
  for (const { name, bytes } of members) {
    const fields = [[name, 16], [`${epoch}`, 12], ["0", 6], ["0", 6], ["100644", 8], [
      `${bytes.length}`,
      10,
    ]] as const;
    parts.push(
      new TextEncoder().encode(`${fields.map(([value, width]) => value.padEnd(width)).join("")}\`\n`),
      bytes,
    );
    if (bytes.length % 2 === 1) parts.push(new Uint8Array([10]));
  }
  return new Uint8Array(Buffer.concat(parts));
}
