import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { type SessionRecord, time } from "../../store/record.ts";
import { branchOf, nameOfBranch } from "../model/name.ts";
import { checkPlace, linkedDirectory } from "./worktree-directory.ts";
import { uuidOf } from "../model/worktree-path.ts";

/** What git takes for a branch's name, as far as it could do harm where it is printed (git-check-ref-format(1)). */
const branch = v.pipe(v.string(), v.regex(/^[^-\p{Cc} ~^:?*[\\][^\p{Cc} ~^:?*[\\]*$/u));

/**
 * What we leave in git's own directory of a worktree (it goes with the worktree): that we made it, and what a
 * record that is lost can be rebuilt from.
 */
const markerSchema = v.looseObject({
  schema: v.literal(1),
  id: v.pipe(v.string(), v.check((id) => uuidOf(id) !== null)),
  name: v.pipe(v.string(), v.check((name) => nameOfBranch(branchOf(name)) !== null)),
  role: v.exactOptional(v.pipe(v.string(), v.regex(/^\P{Cc}+$/u))),
  branch,
  /** Whether we made the branch; an adopted one is never deleted. */
  ownsBranch: v.boolean(),
  baseRef: v.string(),
  /** The commit that the branch began at. */
  baseCommit: v.exactOptional(v.string()),
  createdAt: time,
  /** When the session was destroyed, without its worktree. */
  destroyedAt: v.exactOptional(time),
});

export type Marker = v.InferOutput<typeof markerSchema>;

const FILE = "berth.json";

/** Whole or not at all: a marker that is cut off would make the worktree somebody else's. */
export function writeMarker(adminDirectory: string, marker: Marker): void {
  const temporary = join(adminDirectory, `${FILE}.tmp`);
  writeFileSync(temporary, `${JSON.stringify(marker)}\n`, { mode: 0o600 });
  renameSync(temporary, join(adminDirectory, FILE));
}

/** Null where there is none, or one that says nothing to us. */
export function readMarker(adminDirectory: string): Marker | null {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(adminDirectory, FILE), "utf8"));
    return v.is(markerSchema, parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/**
 * Note in the session's worktree that the session was destroyed: its record in the archive may go, and is not lost
 * then. Needs no git, since the repository may be anything by now; what cannot be noted is not.
 *
 * @param at when; null when the session is there again
 */
export function noteDestruction({ id, project }: SessionRecord, at: string | null): void {
  const { root = "", worktree } = project ?? {};
  if (worktree === undefined) return;
  try {
    if (!checkPlace(root, worktree)) return;
    const admin = linkedDirectory(worktree);
    const marker = admin === null ? null : readMarker(admin);
    if (admin === null || marker?.id !== id) return;
    const { destroyedAt: _, ...kept } = marker;
    const ownsBranch = kept.ownsBranch && project?.["ownsBranch"] === true;
    writeMarker(admin, { ...kept, ownsBranch, ...at === null ? {} : { destroyedAt: at } } as Marker);
  } catch {
    // A link in its way, or a file system that is read-only.
  }
}
