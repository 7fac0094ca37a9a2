import * as v from "valibot";
import { typed } from "../../errors/typed.ts";
import type { SessionRecord } from "../../store/record.ts";
import { below } from "./manifest.ts";

const places = v.array(v.object({ path: below, mode: v.number() }));

/** What went with a session, as its archived record keeps it: enough to bring it back. */
const removedSchema = v.looseObject({
  /** What HEAD of the worktree named; null where it was detached. */
  branch: v.nullable(v.string()),
  /** The commit that was checked out; null before the first one. */
  head: v.nullable(v.string()),
  /** Whether HEAD's branch went too. */
  branchGone: v.boolean(),
  /** The ref that keeps what nothing else does; without one nothing needed it. */
  ref: v.exactOptional(v.string()),
  /** Whether files are kept under it, beside commits. */
  work: v.boolean(),
  /** Directories with nothing in them, of which git knows nothing. */
  empty: v.exactOptional(places),
  fifos: v.exactOptional(places),
});

export type Removed = v.InferOutput<typeof removedSchema>;

/** Null where no worktree was removed with the session, or another version of the program did it. */
export function removedOf({ project }: SessionRecord): Removed | null {
  const removed = project?.["removed"];
  return v.is(removedSchema, removed) ? removed : null;
}

/** The command that brings a removed worktree back. */
export const undoOf = (session: string): string => `berth restore ${typed(session)} --worktree`;
