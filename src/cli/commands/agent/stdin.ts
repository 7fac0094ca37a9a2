import { readSync } from "node:fs";
import type { Host } from "../../../facts/host.ts";
import { isObject, type Payload } from "../../../agents/payload.ts";

const CHUNK = 64 * 1024;
/** Longest payload that is read as one. Agents put whole files and whole answers of models into theirs. */
const MAX_BYTES = 8 * 1024 * 1024;
/** Of a longer one the beginning and the end are kept, where it says which event it is. */
const HEAD_BYTES = 64 * 1024;
const TAIL_BYTES = 64 * 1024;
const CLOSING_BRACE = 125;

/**
 * The payload on standard input; null where there is none. A longer one than may be is read to its end, so that the
 * agent does not fail in writing it, and what its beginning says of it is given.
 */
export function readPayload(host: Pick<Host, "isTerminal">): Payload | null {
  if (host.isTerminal(0)) return null;
  const chunks: Uint8Array[] = [];
  let length = 0;
  let tail: Uint8Array = new Uint8Array();
  for (;;) {
    const chunk = readSome();
    if (chunk === null) break;
    length += chunk.length;
    if (length <= MAX_BYTES) chunks.push(chunk);
    else tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
    // One that is whole is not waited for to be closed: some agents keep the pipe open until we end.
    if (length <= MAX_BYTES && ends(chunk)) {
      const whole = parsed(chunks);
      if (whole !== null) return whole;
    }
  }
  return length <= MAX_BYTES ? parsed(chunks) : outlineOf(chunks, tail);
}

function readSome(): Uint8Array | null {
  const buffer = new Uint8Array(CHUNK);
  for (;;) {
    try {
      const got = readSync(0, buffer);
      return got === 0 ? null : buffer.subarray(0, got);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : "";
      if (code !== "EAGAIN") return null;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function ends(chunk: Uint8Array): boolean {
  let at = chunk.length - 1;
  while (at >= 0 && (chunk[at] ?? 0) <= 32) at -= 1;
  return chunk[at] === CLOSING_BRACE;
}

function parsed(chunks: readonly Uint8Array[]): Payload | null {
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** What stands in the first and in the last few members of a payload that was too long. */
function outlineOf(chunks: readonly Uint8Array[], tail: Uint8Array): Payload {
  const head = Buffer.concat([Buffer.concat(chunks).subarray(0, HEAD_BYTES), tail]).toString("utf8");
  const found = ["hook_event_name", "session_id", "sessionId", "agent_id", "tool_name", "type"].flatMap(
    (key) => {
      const value = new RegExp(`"${key}"\\s*:\\s*"([^"\\\\]{1,100})"`).exec(head)?.[1];
      return value === undefined ? [] : [[key, value]];
    },
  );
  return Object.fromEntries(found);
}
