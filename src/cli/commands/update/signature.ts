import process from "node:process";

/** What a public key of Ed25519 begins with in DER (RFC 8410). */
const DER = Buffer.from("302a300506032b6570032100", "hex");

/** A file's signature as `minisign` writes it: four lines (https://jedisct1.github.io/minisign/, "Format"). */
interface Signature {
  readonly algorithm: string;
  readonly keyId: Buffer;
  readonly signature: Buffer;
  readonly comment: string;
  readonly global: Buffer;
}

function parse(text: string): Signature | undefined {
  const [, first = "", trusted = "", second = ""] = text.split(/\r?\n/);
  const bytes = Buffer.from(first, "base64");
  const global = Buffer.from(second, "base64");
  const comment = /^trusted comment: (.*)$/.exec(trusted)?.[1];
  if (bytes.length !== 74 || global.length !== 64 || comment === undefined) return undefined;
  return {
    algorithm: bytes.subarray(0, 2).toString("latin1"),
    keyId: bytes.subarray(2, 10),
    signature: bytes.subarray(10),
    comment,
    global,
  };
}

/**
 * Verify a signature of minisign, and what it says of itself.
 *
 * @param content the signed file's bytes
 * @param text the signature's file
 * @param key the public key, 56 characters of base64
 * @returns the trusted comment; an Error that says why it is not to be believed
 */
export function verifySignature(content: Uint8Array, text: string, key: string): string | Error {
  const { createHash, createPublicKey, verify } = process.getBuiltinModule("node:crypto");
  const keyBytes = Buffer.from(key, "base64");
  if (keyBytes.length !== 42 || keyBytes.subarray(0, 2).toString("latin1") !== "Ed") {
    return new Error("the key is none");
  }
  const found = parse(text);
  if (found === undefined) return new Error("its signature is none");
  if (!found.keyId.equals(keyBytes.subarray(2, 10))) return new Error("it is signed with another key");
  // `ED` signs the file's hash, `Ed` (before 0.9) the file itself.
  const signed = found.algorithm === "ED"
    ? createHash("blake2b512").update(content).digest()
    : found.algorithm === "Ed"
    ? content
    : undefined;
  if (signed === undefined) return new Error("its signature is of a kind that is not known");
  const publicKey = createPublicKey({
    key: Buffer.concat([DER, keyBytes.subarray(10)]),
    format: "der",
    type: "spki",
  });
  if (!verify(null, signed, publicKey, found.signature)) {
    return new Error("the signature does not fit its SHA256SUMS");
  }
  const whole = Buffer.concat([found.signature, Buffer.from(found.comment)]);
  if (!verify(null, whole, publicKey, found.global)) {
    return new Error("the comment of its signature was changed");
  }
  return found.comment;
}
