import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fail } from "../../../errors/errors.ts";
import type { Receipt } from "./receipt.ts";
import { verifySignature } from "./signature.ts";
import { compareVersions } from "./versions.ts";

/** Milliseconds that a server may take for a file: an archive has 57 MB. */
const LIMIT = 600_000;

/** What a release has for us. */
export interface Offer {
  readonly version: string;
  readonly archive: string;
  readonly sum: string;
  /** Whether a signature was verified: by a key in the receipt. */
  readonly signed: boolean;
}

/** A file of the release. @throws BerthError `cannot_fetch` (1) */
export async function fetchFile(base: string, name: string): Promise<Uint8Array> {
  const from = /^https?:/.test(base) ? `${base.replace(/\/$/, "")}/${name}` : join(base, name);
  try {
    if (!/^https?:/.test(base)) return readFileSync(from);
    const answer = await fetch(from, { signal: AbortSignal.timeout(LIMIT) });
    // Where a redirection led must be as safe as where it began.
    if (from.startsWith("https:") && !answer.url.startsWith("https:")) {
      throw new Error("it leads to plain http");
    }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    const why = error instanceof Error
      ? (error as NodeJS.ErrnoException).code ?? error.message
      : String(error);
    throw fail("cannot_fetch", { from, why });
  }
}

/** What the signature says, where the receipt has a key. @throws BerthError `bad_signature` (6) */
async function trusted({ base, key }: Receipt, sums: Uint8Array): Promise<string | undefined> {
  if (key === undefined) return undefined;
  let text: string;
  try {
    text = new TextDecoder().decode(await fetchFile(base, "SHA256SUMS.minisig"));
  } catch {
    throw fail("bad_signature", { from: base, why: "its SHA256SUMS has no signature" });
  }
  const comment = verifySignature(sums, text, key);
  if (comment instanceof Error) throw fail("bad_signature", { from: base, why: comment.message });
  return comment;
}

/**
 * The newest version that the release has for a target.
 *
 * @throws BerthError `cannot_fetch` (1), `bad_signature`, `bad_release` (6)
 */
export async function offer(receipt: Receipt): Promise<Offer> {
  const { base, target } = receipt;
  const sums = await fetchFile(base, "SHA256SUMS");
  const comment = await trusted(receipt, sums);
  const pattern = new RegExp(
    `^([0-9a-f]{64}) [ *](berth-(\\d[0-9A-Za-z.+-]*)-${target}\\.(?:tar\\.gz|zip))$`,
  );
  const [newest] = new TextDecoder().decode(sums).split(/\r?\n/).flatMap((line) => {
    const [, sum, archive, version] = pattern.exec(line) ?? [];
    return sum === undefined || archive === undefined || version === undefined
      ? []
      : [{ sum, archive, version }];
  }).sort((one, other) => compareVersions(other.version, one.version));
  if (newest === undefined) throw fail("bad_release", { from: base, why: `it has nothing for ${target}` });
  // A signature of another version's sums is no signature of these.
  if (comment !== undefined && comment !== `berth ${newest.version} SHA256SUMS`) {
    throw fail("bad_signature", { from: base, why: `its signature is for ${JSON.stringify(comment)}` });
  }
  return { ...newest, signed: comment !== undefined };
}

/** The archive that was offered. @throws BerthError `cannot_fetch` (1), `bad_release` (6) */
export async function fetchArchive({ base }: Receipt, { archive, sum }: Offer): Promise<Uint8Array> {
  const bytes = await fetchFile(base, archive);
  const { createHash } = process.getBuiltinModule("node:crypto");
  const given = createHash("sha256").update(bytes).digest("hex");
  if (given !== sum) throw fail("bad_release", { from: base, why: `the checksum of ${archive} is wrong` });
  return bytes;
}
