import type { Content, Documents, Reach } from "../backend.ts";
import { MAX_BYTES } from "../backend.ts";
import type { DatabaseRow } from "./connection.ts";

interface Entry {
  /** Null where it was only listed. */
  readonly body: string | null;
  readonly bytes: number;
  readonly changed: number;
}

/** What was written since, by name; null for what was removed. */
export type Changes = ReadonlyMap<string, string | null>;

const encoder = new TextEncoder();

/**
 * What was brought from the database, to be read and changed at once. What is changed stays here until it is sent.
 * What is not in reach is a fault of the program, and said as one.
 *
 * @param write whether it may be changed: under a lock alone
 */
export function workingSet(
  rows: readonly DatabaseRow[],
  reach: Reach,
  locate: Documents["locate"],
  write: boolean,
): { documents: Documents; changes: Changes } {
  const entries = new Map<string, Entry>(rows.map((row) => [String(row["name"]), entryOf(row)]));
  const changes = new Map<string, string | null>();
  const put = (name: string, body: string | null) => {
    if (!write) throw new Error(`${name} is written without a lock`);
    changes.set(name, body);
    if (body === null) entries.delete(name);
    else entries.set(name, { body, bytes: encoder.encode(body).length, changed: Date.now() });
  };
  const find = (name: string) => {
    if (!isListed(name, reach)) throw new Error(`${name} is not in reach`);
    return entries.get(name);
  };
  const documents: Documents = {
    locate,
    read: (name) => contentOf(name, find(name)),
    write: put,
    create: (name, text) => find(name) === undefined && (put(name, text), true),
    move(from, to) {
      const entry = find(from);
      if (entry === undefined || find(to) !== undefined) return false;
      if (entry.body === null) throw new Error(`${from} was only listed`);
      put(to, entry.body);
      put(from, null);
      return true;
    },
    remove: (name) => find(name) !== undefined && (put(name, null), true),
    list(folder) {
      const prefix = folder === "" ? "" : `${folder}/`;
      const bases = [...entries.keys()].filter((name) => name.startsWith(prefix)).map((name) =>
        name.slice(prefix.length)
      );
      return bases.filter((base) => !base.includes("/"));
    },
    stat(name) {
      const entry = find(name);
      return entry === undefined ? null : { bytes: entry.bytes, changed: entry.changed };
    },
  };
  return { documents, changes };
}

const isListed = (name: string, { names = [], prefixes = [], listed = [] }: Reach): boolean =>
  names.includes(name) || [...prefixes, ...listed].some((prefix) => name.startsWith(prefix));

const entryOf = ({ body, bytes, changed }: DatabaseRow): Entry => ({
  body: typeof body === "string" ? body : null,
  bytes: Number(bytes),
  changed: Number(changed),
});

function contentOf(name: string, entry: Entry | undefined): Content | null {
  if (entry === undefined) return null;
  if (entry.bytes > MAX_BYTES) return { kind: "unfit", reason: "too-large", size: entry.bytes };
  if (entry.body === null) throw new Error(`${name} was only listed`);
  return { kind: "bytes", bytes: encoder.encode(entry.body) };
}
