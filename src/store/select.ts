import { BerthError, fail } from "../errors/errors.ts";
import { formatLabel } from "../identity/label.ts";
import { listRecords } from "./list.ts";
import { fileName, RECORD_END, recordName, stem } from "./names.ts";
import type { Store } from "./open.ts";
import { sha256 } from "../facts/sha256.ts";

/** Shortest prefix of an ID or of its payload that is taken for a session. */
const MIN_PREFIX = 4;

const SPELLING = /^[A-Za-z0-9._-]{1,80}$/;

interface Candidate {
  readonly id: string;
  readonly name?: string;
}

/**
 * The ID of the session that a person means: its exact ID, its exact name, its exact label, or a prefix (4 or more)
 * of one ID or of what stands behind its namespace; in that order. A session whose file is damaged is found by
 * its exact ID, label or prefix like every other.
 *
 * @throws `no_such_session`, or `ambiguous_session` with the candidates
 */
export function selectSession(store: Store, given: string): string {
  if (exists(store, given)) return given;
  const all = candidates(store);
  const named = all.filter(({ name }) => name === given);
  if (named.length > 0) return only(given, named);
  const labelled = ofLabel(given);
  if (labelled !== null && exists(store, labelled)) return labelled;
  const matching = given.length < MIN_PREFIX ? [] : all.filter(({ id }) => isPrefix(given, id));
  if (matching.length === 0) throw fail("no_such_session", { given });
  return only(given, matching);
}

const exists = (store: Store, id: string): boolean =>
  SPELLING.test(id) && store.backend.stat(recordName(id)) !== null;

/** The ID of a label, as `--session-id` spells it; null for what can be no label. */
function ofLabel(given: string): string | null {
  try {
    return formatLabel(given, sha256);
  } catch (error) {
    if (error instanceof BerthError) return null;
    throw error;
  }
}

function only(given: string, found: readonly Candidate[]): string {
  const [first] = found;
  if (first !== undefined && found.length === 1) return first.id;
  throw fail("ambiguous_session", {
    given,
    candidates: found.map(({ id, name }) => name === undefined ? id : `${id} (${name})`).sort(),
  });
}

function isPrefix(given: string, id: string): boolean {
  const payload = id.slice(id.indexOf("--") + 2);
  return id.startsWith(given) || payload.startsWith(given);
}

function candidates(store: Store): Candidate[] {
  const found: Candidate[] = [];
  for (const listed of listRecords(store)) {
    if ("record" in listed) found.push({ id: listed.record.id, ...nameOf(listed.record) });
    else found.push(...guess(listed.name));
  }
  return found;
}

const nameOf = ({ name }: { readonly name?: string }): { name?: string } =>
  name === undefined ? {} : { name };

/** The ID of a damaged file, which is the file's name unless that had to be spelled differently. */
function guess(name: string): Candidate[] {
  const id = stem(name);
  return name.endsWith(RECORD_END) && SPELLING.test(id) && fileName(id) === id ? [{ id }] : [];
}
