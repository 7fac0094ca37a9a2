type Digest = (text: string) => string;

/** SHA-256 by the runtime: with Bun's own hasher, since loading node:crypto costs 2.7 ms of a command's start. */
async function digest(): Promise<Digest> {
  if ("Bun" in globalThis) return (text) => new Bun.CryptoHasher("sha256").update(text).digest("hex");
  const { createHash } = await import("node:crypto");
  return (text) => createHash("sha256").update(text).digest("hex");
}

/** SHA-256 of the text's UTF-8 bytes, as 64 lowercase hex digits. */
export const sha256: Digest = await digest();
