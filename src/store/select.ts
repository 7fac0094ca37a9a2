import { BerthError, fail, quotePath } from "../errors/errors.ts";
import { shortId } from "../identity/id.ts";
import { formatLabel } from "../identity/label.ts";
import { listRecords } from "./list.ts";
import { fileName, RECORD_END, recordName, stem } from "./names.ts";
import type { Store } from "./open.ts";
import { isOfProject, projectName } from "./project-name.ts";
import { sha256 } from "../facts/sha256.ts";

/** Shortest prefix of an ID or of its payload that is taken for a session. */
const MIN_PREFIX = 4;

const SPELLING = /^[A-Za-z0-9._-]{1,80}$/;

/** A session that could be meant. One whose file is damaged has nothing but its ID. */
interface Candidate {
  readonly id: string;
  readonly name?: string;
  readonly root?: string;
  readonly worktree?: string;
}

/** Where a session of a project is. */
export interface Site {
  /** The project's root, absolute. */
  readonly root?: string;
  /** The session's own worktree, absolute. */
  readonly worktree?: string;
}

/** From where a session is named, and for what. */
export interface Selection {
  /**
   * The root of the project that we are in, null outside of any; asked where a name has to be looked up.
   *
   * @param sites where the store's sessions are
   */
  readonly here?: (sites: readonly Site[]) => string | null;
  /** Whether the command changes something: from inside a project it takes no name that only another one has. */
  readonly changes?: boolean;
  /** The command as it is to be typed, with another word for the session. */
  readonly retype?: (session: string) => string;
}

/**
 * The ID of the session that a person means: its exact ID, its name in the project that we are in, `PROJECT/NAME`, its
 * exact label, a prefix (4 or more) of one ID or of what stands behind its namespace, a name that one other project has;
 * in that order. A session whose file is damaged is found by its exact ID, label or prefix like every other.
 *
 * @throws `no_such_session`; `ambiguous_session` with the candidates; `other_project` for a change from inside another
 *   project
 */
export function selectSession(store: Store, given: string, selection: Selection = {}): string {
  if (exists(store, given)) return given;
  const all = candidates(store);
  const here = selection.here?.(all) ?? null;
  const named = all.filter(({ name }) => name === given);
  const qualified = all.filter(({ name, root }) => name !== undefined && isOfProject(given, name, root));
  const one = (found: readonly Candidate[]) => only(store, given, found, all, selection).id;
  for (const found of [named.filter(isIn(here)), qualified.filter(isIn(here)), qualified]) {
    if (found.length > 0) return one(found);
  }
  const labelled = ofLabel(given);
  if (labelled !== null && exists(store, labelled)) return labelled;
  const matching = given.length < MIN_PREFIX ? [] : all.filter(({ id }) => isPrefix(given, id));
  if (matching.length > 0) return one(matching.length === 1 ? matching : [...matching, ...named]);
  if (named.length === 0) throw fail("no_such_session", { given });
  const found = only(store, given, named, all, selection);
  if (here !== null && selection.changes === true) throw elsewhere(store, given, found, all, here, selection);
  return found.id;
}

const exists = (store: Store, id: string): boolean =>
  SPELLING.test(id) && store.backend.stat(recordName(id)) !== null;

/** A named session without a project is nobody else's. */
const isIn = (here: string | null) => ({ root }: Candidate): boolean => root === undefined || root === here;

/** The ID of a label, as `--session-id` spells it; null for what can be no label. */
function ofLabel(given: string): string | null {
  try {
    return formatLabel(given, sha256);
  } catch (error) {
    if (error instanceof BerthError) return null;
    throw error;
  }
}

function only(
  store: Store,
  given: string,
  found: readonly Candidate[],
  all: readonly Candidate[],
  { retype }: Selection,
): Candidate {
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  const words = found.map((one) => inWords(one, all)).sort();
  const example = found.map((one) => wordFor(one, all)).sort()[0] ?? "";
  throw fail("ambiguous_session", {
    given,
    candidates: words,
    command: retype?.(example) ?? `${store.command} ${example}`,
  });
}

function elsewhere(
  store: Store,
  given: string,
  { root = "", ...found }: Candidate,
  all: readonly Candidate[],
  here: string,
  { retype }: Selection,
): BerthError {
  const word = wordFor({ root, ...found }, all);
  return fail("other_project", { given, root, here, command: retype?.(word) ?? `${store.command} ${word}` });
}

/** What names that session alone, wherever it is typed. */
const wordFor = ({ id, name, root }: Candidate, all: readonly Candidate[]): string =>
  name === undefined || root === undefined
    ? id
    : projectName(root, all.flatMap((one) => one.name === name ? [one.root ?? ""] : []), name);

function inWords(one: Candidate, all: readonly Candidate[]): string {
  const { id, name, root, worktree } = one;
  if (name === undefined) return id;
  const path = worktree ?? root;
  return `${wordFor(one, all)} (${path === undefined ? "" : `${quotePath(path)}, `}${shortId(id)})`;
}

function isPrefix(given: string, id: string): boolean {
  const payload = id.slice(id.indexOf("--") + 2);
  return id.startsWith(given) || payload.startsWith(given);
}

function candidates(store: Store): Candidate[] {
  const found: Candidate[] = [];
  for (const listed of listRecords(store)) {
    if ("record" in listed) {
      const { id, name, project } = listed.record;
      const { root, worktree } = project ?? {};
      found.push({ id, ...defined({ name, root, worktree }) });
    } else found.push(...guess(listed.name));
  }
  return found;
}

const defined = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;

/** The ID of a damaged file, which is the file's name unless that had to be spelled differently. */
function guess(name: string): Candidate[] {
  const id = stem(name);
  return name.endsWith(RECORD_END) && SPELLING.test(id) && fileName(id) === id ? [{ id }] : [];
}
