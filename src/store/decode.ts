import { is, safeParse } from "valibot";
import type { Content } from "./backend.ts";
import { type Document, migrate } from "./migrate.ts";
import { recordSchema, SCHEMA, type SessionRecord } from "./record.ts";

/** What can be wrong with a document; it is part of its name in quarantine. */
export type Damage =
  | "empty"
  | "zero-filled"
  | "not-utf8"
  | "not-json"
  | "not-a-record"
  | "wrong-id"
  | "too-large"
  | "not-a-file";

export type Decoded =
  | { readonly kind: "record"; readonly record: SessionRecord }
  | { readonly kind: "newer"; readonly schema: number }
  | { readonly kind: "damaged"; readonly reason: Damage; readonly detail: string };

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

const damaged = (reason: Damage, detail: string): Decoded => ({ kind: "damaged", reason, detail });

/**
 * Tell what a document is. It is compared with `fits` as well: a file that was copied or renamed by hand holds
 * somebody else's state.
 *
 * @param fits whether a record with this ID belongs where it was found
 */
export function decode(content: Content, fits: (id: string) => boolean): Decoded {
  if (content.kind === "unfit") return damaged(content.reason, `${content.size} bytes`);
  const { bytes } = content;
  if (bytes.length === 0) return damaged("empty", "0 bytes");
  // What some file systems leave of a file that was not synced before a power cut.
  if (bytes.every((byte) => byte === 0)) return damaged("zero-filled", `${bytes.length} bytes of zero`);
  const parsed = parse(bytes);
  return parsed.ok ? judge(parsed.value, parsed.text, fits) : parsed.decoded;
}

type Parsed = { ok: true; value: unknown; text: string } | { ok: false; decoded: Decoded };

function parse(bytes: Uint8Array): Parsed {
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    return { ok: false, decoded: damaged("not-utf8", "invalid UTF-8") };
  }
  try {
    return { ok: true, value: JSON.parse(text), text };
  } catch (error) {
    return {
      ok: false,
      decoded: damaged("not-json", error instanceof Error ? error.message : String(error)),
    };
  }
}

/** The last document that was found to be a record: a command reads one and the same session several times. */
let lastFit: string | undefined;

function judge(value: unknown, text: string, fits: (id: string) => boolean): Decoded {
  if (!isDocument(value)) return damaged("not-a-record", "no JSON object");
  const { schema } = value;
  if (typeof schema !== "number" || !Number.isInteger(schema) || schema < 1) {
    return damaged("not-a-record", "schema is no positive integer");
  }
  if (schema > SCHEMA) return { kind: "newer", schema };
  const document = schema === SCHEMA ? value : migrate(value, schema, SCHEMA);
  // The parsed document itself is kept, not valibot's copy of it, so that nothing in it is lost.
  if (document === null || !isRecord(document, text)) return damaged("not-a-record", whereWrong(document));
  lastFit = text;
  if (!fits(document.id)) return damaged("wrong-id", `the record of ${document.id}`);
  return { kind: "record", record: document };
}

/** @param text what the document was read from */
const isRecord = (document: Document, text: string): document is SessionRecord =>
  text === lastFit || is(recordSchema, document);

const isDocument = (value: unknown): value is Document =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The first field that does not fit, by its path: `run.pid`. */
export function whereWrong(document: unknown): string {
  const [issue] = safeParse(recordSchema, document, { abortEarly: true }).issues ?? [];
  const path = issue?.path?.map((step) => String(step.key)).join(".") ?? "";
  return path === "" ? "no record" : `${path} does not fit`;
}
