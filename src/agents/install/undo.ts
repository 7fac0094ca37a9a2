import * as v from "valibot";
import { sha256 } from "../../facts/sha256.ts";
import type { Store } from "../../store/open.ts";
import { cut, type Span } from "./span.ts";

/*
 * What makes an installation reversible to the byte: which parts of the file we put in. What else is in it is not kept,
 * for it may hold secrets.
 */

const undoSchema = v.looseObject({
  path: v.string(),
  /** SHA-256 of the file as we left it; another one was edited since. */
  after: v.string(),
  /** SHA-256 of the file as it was; null where there was none. */
  before: v.nullable(v.string()),
  /** What we put in. */
  spans: v.nullable(v.array(v.object({ at: v.number(), length: v.number() }))),
  /** Whether the file was there and held nothing: its content then. */
  blank: v.nullable(v.string()),
});

type Undo = v.InferOutput<typeof undoSchema>;

const nameFor = (real: string): string => `agents/${sha256(real).slice(0, 16)}.json`;

/** Keep how to undo it. */
export function keepUndo(
  store: Store,
  real: string,
  before: string | null,
  after: string,
  spans: readonly Span[] | null,
): void {
  const undo: Undo = {
    path: real,
    after: sha256(after),
    before: before === null ? null : sha256(before),
    spans: spans?.map(({ at, length }) => ({ at, length })) ?? null,
    blank: before !== null && before.trim() === "" ? before : null,
  };
  store.backend.write(nameFor(real), `${JSON.stringify(undo)}\n`);
}

/**
 * The file as it was before, where nobody has edited it since.
 *
 * @returns undefined where that is not known, null where there was no file
 */
export function undone(store: Store, real: string, text: string): string | null | undefined {
  const undo = readUndo(store, real);
  if (undo === null || undo.after !== sha256(text)) return undefined;
  if (undo.before === null) return null;
  if (undo.blank !== null) return undo.blank;
  const before = undo.spans === null ? undefined : cut(text, undo.spans);
  return before !== undefined && sha256(before) === undo.before ? before : undefined;
}

/** What is known of the file before an older installation of ours is replaced by a newer one. */
export function readUndo(store: Store, real: string): Undo | null {
  try {
    const content = store.backend.read(nameFor(real), "only");
    if (content?.kind !== "bytes") return null;
    const value: unknown = JSON.parse(new TextDecoder().decode(content.bytes));
    return v.is(undoSchema, value) && value.path === real ? value : null;
  } catch {
    return null;
  }
}

export const forgetUndo = (store: Store, real: string): void => void store.backend.remove(nameFor(real));
