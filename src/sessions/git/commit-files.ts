import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { mayReplace } from "./ref-files.ts";

/** Where one of these is, git may give a commit other parents than it has, or none (gitrepository-layout(5)). */
const OTHER_PARENTS = ["shallow", "info/grafts"];
/** A longer line git counts as fast. */
const MOST = 20;
/** Bytes, compressed: nobody writes such a message. */
const MOST_BYTES = 1 << 16;
/** The header of a stream (RFC 1950), before what is compressed. */
const ZLIB_HEADER = 2;

/**
 * How many commits stand above one in a straight line, by the objects that git keeps as files of their own
 * (gitrepository-layout(5)), as all are that were just made.
 *
 * @param commonDir git's own directory of the repository
 * @returns null where git must be asked: a merge, a packed commit, another line
 */
export function straightAhead(commonDir: string, from: string, to: string): number | null {
  if (!("Bun" in globalThis) || OTHER_PARENTS.some((name) => existsSync(join(commonDir, name)))) return null;
  if (mayReplace(commonDir)) return null;
  for (let [at, count] = [to, 1]; count <= MOST; count++) {
    const parent = onlyParent(commonDir, at);
    if (parent === null || parent === from) return parent === null ? null : count;
    at = parent;
  }
  return null;
}

function onlyParent(commonDir: string, commit: string): string | null {
  try {
    const object = readFileSync(join(commonDir, "objects", commit.slice(0, 2), commit.slice(2)));
    if (object.length > MOST_BYTES) return null;
    const text = Buffer.from(Bun.inflateSync(object.subarray(ZLIB_HEADER))).toString("latin1");
    const [, parents = ""] = /^commit \d+\0tree [0-9a-f]+\n((?:parent [0-9a-f]+\n)*)author /.exec(text) ?? [];
    return /^parent ([0-9a-f]+)\n$/.exec(parents)?.[1] ?? null;
  } catch {
    return null;
  }
}
