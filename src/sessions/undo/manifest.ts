import * as v from "valibot";

/** Object names of SHA-1 and SHA-256 repositories. */
const object = v.pipe(v.string(), v.regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/));

/** A path below a directory that is known otherwise: relative, without a step that leads out of it. */
export const below = v.pipe(
  v.string(),
  v.check((path) => path !== "" && path.split("/").every((part) => !["", ".", ".."].includes(part))),
);

/** Set-user-ID, set-group-ID and the sticky bit included (chmod(2)). */
const permissions = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0o7777));

const entry = v.variant("kind", [
  v.looseObject({
    kind: v.literal("file"),
    path: below,
    object,
    executable: v.boolean(),
    /** Permissions; missing where an earlier version kept it. */
    mode: v.exactOptional(permissions),
  }),
  v.looseObject({ kind: v.literal("link"), path: below, target: v.string() }),
  v.looseObject({ kind: v.literal("directory"), path: below }),
]);

const manifestSchema = v.looseObject({
  schema: v.literal(1),
  id: v.string(),
  /** What HEAD named; null where it was detached. */
  branch: v.nullable(v.string()),
  /** The commit that was checked out; null before the first one. */
  head: v.nullable(object),
  /** Files of the worktree, as they were byte by byte. */
  files: v.array(entry),
  /** The directories that they were in; missing where an earlier version kept it. */
  directories: v.exactOptional(v.array(v.looseObject({ path: below, mode: permissions }))),
  /** Tracked files that were not there. */
  missing: v.array(v.string()),
  /** Files of git's own directory for the worktree. */
  admin: v.array(entry),
});

/** What a worktree held that no commit has, and how git stood there. */
export type Manifest = v.InferOutput<typeof manifestSchema>;
export type Entry = v.InferOutput<typeof entry>;

/** Where the manifest stands in the tree of the commit that keeps it. */
export const MANIFEST = "berth-removed.json";

/** Null for a text that is none of ours. */
export function parseManifest(text: string): Manifest | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return v.is(manifestSchema, parsed) ? parsed : null;
  } catch {
    return null;
  }
}
