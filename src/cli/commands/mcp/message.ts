/** One line of the client taken apart: what it says, and what is wrong with it. Pure. */
import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import * as v from "valibot";
import { quote } from "../../../errors/errors.ts";
import { inexactNumber, isDeeper, MAX_DEPTH } from "../../line/exact.ts";
import type { TooLong } from "./lines.ts";

/** What comes of a line: messages for the server, answers for the client, words for people. */
export type Heard =
  | { readonly kind: "message"; readonly message: JSONRPCMessage }
  | { readonly kind: "refused"; readonly id: Id; readonly code: number; readonly why: string }
  | { readonly kind: "noise"; readonly why: string };

export type Id = string | number;

/** Codes of JSON-RPC 2.0. */
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const INVALID_PARAMS = -32602;

const id = v.union([v.string(), v.pipe(v.number(), v.integer())]);
const object = v.custom<Record<string, unknown>>((given) =>
  typeof given === "object" && given !== null && !Array.isArray(given)
);
const params = v.exactOptional(object);
const jsonrpc = v.literal("2.0");
/** What the SDK makes of more is its own affair; less it would pass over in silence. */
const message = v.union([
  v.looseObject({ jsonrpc, method: v.string(), params, id: v.exactOptional(id) }),
  v.looseObject({ jsonrpc, id, result: object }),
  v.looseObject({ jsonrpc, id: v.optional(id), error: v.looseObject({ code: v.number() }) }),
]);

const decoder = new TextDecoder("utf-8", { fatal: true });

const MEMBER = String.raw`\s*"[^"\\]*"\s*:\s*(?:"[^"\\]*"|-?\d+|true|false|null)\s*`;
const ID_MEMBER = String.raw`\s*"id"\s*:\s*("[^"\\]*"|-?\d{1,15})\s*`;
/** `"id"` among the plain members that the message begins with, or that it ends with. */
const FIRST = new RegExp(String.raw`^\s*\{(?:${MEMBER},)*?${ID_MEMBER}[,}]`);
const LAST = new RegExp(String.raw`[,{]${ID_MEMBER}(?:,${MEMBER})*\}\s*$`);

/** The ID of a message that cannot be read whole, so that whoever waits for its answer need not wait for nothing. */
function idIn(head: string, tail: string): Id | undefined {
  const found = FIRST.exec(head)?.[1] ?? LAST.exec(tail)?.[1];
  // `007` and a text with a control character look like an ID and are none.
  const given = found === undefined ? undefined : parse(found)?.value;
  return isId(given) ? given : undefined;
}

const loosely = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function refused(id: Id | undefined, code: number, why: string): Heard {
  return id === undefined ? { kind: "noise", why } : { kind: "refused", id, code, why };
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

function parse(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

function isId(value: unknown): value is Id {
  return v.is(id, value);
}

/** Some clients say null for a tool without arguments, which is none of an object's types. */
function withArguments(message: JSONRPCMessage): JSONRPCMessage {
  const params = "method" in message && message.method === "tools/call" ? message.params : undefined;
  if (params?.["arguments"] !== null) return message;
  const { arguments: _, ...rest } = params;
  return { ...message, params: rest } as JSONRPCMessage;
}

function check(value: unknown, text: string): Heard {
  const given = typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  const known = isId(given) ? given : undefined;
  if (!v.is(message, value)) {
    return refused(known, INVALID_REQUEST, `Cannot take a message that is no JSON-RPC 2.0: ${quote(text)}`);
  }
  if (isDeeper(text, MAX_DEPTH)) {
    return refused(known, INVALID_PARAMS, `Cannot take what is nested deeper than ${MAX_DEPTH}`);
  }
  const inexact = "method" in value ? inexactNumber(text) : undefined;
  if (inexact !== undefined) {
    return refused(
      known,
      INVALID_PARAMS,
      `Cannot take the number ${inexact}, which would not stay exact; give it as a string`,
    );
  }
  return { kind: "message", message: withArguments(value as JSONRPCMessage) };
}

function noJson(text: string): Heard {
  if (/^content-(length|type)\s*:/i.test(text)) {
    return {
      kind: "noise",
      why: "Cannot take messages that are framed with Content-Length: here each is one line",
    };
  }
  return refused(idIn(text, text), PARSE_ERROR, `Cannot take a line that is no JSON: ${quote(text)}`);
}

/** @param bytes a line without its newline */
export function hear(bytes: Uint8Array): Heard[] {
  const text = textOf(bytes);
  if (text === null) {
    const loose = loosely(bytes);
    return [
      refused(idIn(loose, loose), PARSE_ERROR, `Cannot take a line that is no UTF-8 text: ${quote(loose)}`),
    ];
  }
  if (text.trim() === "") return [];
  const parsed = parse(text);
  if (parsed === null) return [noJson(text.trim())];
  // A batch, of the protocol's revision 2025-03-26: each message is answered by itself.
  if (!Array.isArray(parsed.value)) return [check(parsed.value, text)];
  if (parsed.value.length === 0) return [{ kind: "noise", why: "Cannot take an empty batch" }];
  return parsed.value.map((value) => check(value, text));
}

export function hearTooLong({ head, tail, bytes }: TooLong, limit: number): Heard {
  const why = `Cannot take a message of ${bytes} bytes, at most ${limit} are read; send less at once`;
  return refused(idIn(loosely(head), loosely(tail)), INVALID_REQUEST, why);
}
