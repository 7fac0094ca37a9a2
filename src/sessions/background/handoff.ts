import * as v from "valibot";
import { BerthError, type Code, type ExitStatus, fail, quotePath } from "../../errors/errors.ts";
import { fileName } from "../../store/names.ts";
import type { Store } from "../../store/open.ts";

/**
 * What a run in the background is to do. It goes by a file of the store that nobody else can read: tmux, and everybody who
 * may ask it, sees the file's name alone.
 */
const handoffSchema = v.object({
  schema: v.literal(1),
  id: v.string(),
  command: v.array(v.string()),
  environment: v.record(v.string(), v.string()),
});

export type Handoff = v.InferOutput<typeof handoffSchema>;

const FOLDER = "background";
const END = ".json";
const FAILED_END = ".failed";

/** @param uuid a new one */
export const handoffName = (id: string, uuid: string): string => `${FOLDER}/${fileName(id)}.${uuid}${END}`;

export function writeHandoff(store: Store, name: string, handoff: Omit<Handoff, "schema">): void {
  store.backend.create(name, JSON.stringify({ schema: 1, ...handoff }));
}

/** Read it and remove it: its words are needed once. @throws `corrupt_record` for what is none */
export function takeHandoff(store: Store, name: string): Handoff {
  const content = store.backend.read(name, "guarded");
  const parsed = content?.kind === "bytes" ? parse(content.bytes) : null;
  if (content !== null) store.backend.remove(name);
  if (v.is(handoffSchema, parsed)) return parsed;
  throw fail("corrupt_record", {
    file: quotePath(store.backend.locate(name)),
    why: "it hands no command over",
  });
}

const failureSchema = v.object({
  code: v.string(),
  message: v.string(),
  hint: v.string(),
  exit: v.number(),
});

/** Why nothing came of it, for who waits for it. */
export function noteFailure(store: Store, name: string, { code, message, hint, exit }: BerthError): void {
  // Whole at once: who waits for it may read at any moment, and would take an empty one for the whole.
  store.backend.write(name + FAILED_END, JSON.stringify({ code, message, hint, exit }));
}

/** As `noteFailure` left it, null while nothing failed. It is removed. */
export function takeFailure(store: Store, name: string): BerthError | null {
  const content = store.backend.read(name + FAILED_END, "only");
  if (content?.kind !== "bytes") return null;
  store.backend.remove(name + FAILED_END);
  const failure = parse(content.bytes);
  if (!v.is(failureSchema, failure)) return fail("background_failed", { why: "it could not be started" });
  const { code, message, hint, exit } = failure;
  return new BerthError(code as Code, message, hint, exit as ExitStatus);
}

/** Remove what nobody took. */
export function dropHandoff(store: Store, name: string): void {
  for (const one of [name, name + FAILED_END]) store.backend.remove(one);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
