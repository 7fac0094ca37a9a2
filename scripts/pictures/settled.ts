/**
 * What differs from run to run is no part of a picture: numbers of processes and terminals, IDs, commits, bytes of a
 * record, and how long the decision took stand as ones of their kind that are always the same.
 */
import { createHash } from "node:crypto";

export function settled(shown: string): string {
  const known: string[] = [];
  const hex = (found: string): string => {
    const [head, hyphens] = [found.slice(0, 7), /^[0-9a-f]{8}-/.test(found)];
    if (!known.includes(head)) known.push(head);
    const digits = createHash("sha256").update(`${known.indexOf(head)}`).digest("hex");
    return hyphens ? uuidLike(digits).slice(0, found.length) : digits.slice(0, found.length);
  };
  let process = 0;
  return shown
    // A slow machine is told what takes it so long.
    .replace(/^berth: at work to .*\n/gm, "")
    .replace(/\b[0-9a-f]{8}-(?:[0-9a-f]{1,4}-?){0,3}[0-9a-f]{0,12}\b|\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b/g, hex)
    .replace(/ \d+(?= (?:\(leads its session\)|\/dev\/pts))/g, () => ` ${4100 + 7 * process++}`)
    .replace(/\/dev\/pts\/\d+/g, "/dev/pts/1")
    .replace(/\b\d{3} B\b/g, "700 B")
    .replace(/found in [\d.]+ ms/, "found in 1.9 ms");
}

const uuidLike = (digits: string): string =>
  [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `9${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ]
    .join("-");
