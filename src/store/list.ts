import { BerthError } from "../errors/errors.ts";
import { decode, type Decoded } from "./decode.ts";
import { fileName, isArchiveOf, RECORD_END, stem } from "./names.ts";
import type { Store } from "./open.ts";
import { describe } from "./read.ts";
import type { SessionRecord } from "./record.ts";

/** One file of the store's sessions: a record, or the reason why it can be none. */
export type ListedRecord =
  | { readonly name: string; readonly bytes: number; readonly record: SessionRecord }
  | { readonly name: string; readonly bytes: number; readonly reason: string; readonly newer: boolean };

/**
 * Every session of the store, one after the other, so that only one record is in memory at a time. Takes no lock,
 * changes nothing and fails for no single file: what cannot be read is listed with the reason. A session that is
 * removed meanwhile is left out.
 *
 * @param folder "archive" lists archived records instead
 * @param wanted tells by a file's name whether to read it; without one all are read
 */
export function* listRecords(
  store: Store,
  folder: "sessions" | "archive" = "sessions",
  wanted: (base: string) => boolean = () => true,
): Generator<ListedRecord> {
  for (const base of store.backend.list(folder)) {
    if (!base.endsWith(RECORD_END) || !wanted(base)) continue;
    const found = listed(store, `${folder}/${base}`, folder === "archive");
    if (found !== null) yield found;
  }
}

function listed(store: Store, name: string, archived: boolean): ListedRecord | null {
  try {
    const content = store.backend.read(name, "only");
    if (content === null) return null;
    const bytes = content.kind === "bytes" ? content.bytes.length : content.size;
    // The name of an archive that is being made is reserved by an empty file.
    if (archived && bytes === 0) return null;
    const fits = (id: string) => archived ? isArchiveOf(stem(name), id) : fileName(id) === stem(name);
    const decoded = decode(content, fits);
    if (decoded.kind === "record") return { name, bytes, record: decoded.record };
    return { name, bytes, reason: reasonOf(decoded), newer: decoded.kind === "newer" };
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    return { name, bytes: 0, reason: error.message, newer: false };
  }
}

function reasonOf(decoded: Exclude<Decoded, { kind: "record" }>): string {
  if (decoded.kind === "newer") return `it was written by a newer program (schema ${decoded.schema})`;
  return describe(decoded.reason, decoded.detail);
}
