import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";

/**
 * What we leave in git's own directory of a worktree (it goes with the worktree): that we made it, and what a
 * record that is lost can be rebuilt from.
 */
const markerSchema = v.looseObject({
  schema: v.literal(1),
  id: v.string(),
  name: v.string(),
  role: v.exactOptional(v.string()),
  branch: v.string(),
  /** Whether we made the branch; an adopted one is never deleted. */
  ownsBranch: v.boolean(),
  baseRef: v.string(),
  createdAt: v.string(),
});

export type Marker = v.InferOutput<typeof markerSchema>;

const FILE = "berth.json";

export function writeMarker(adminDirectory: string, marker: Marker): void {
  writeFileSync(join(adminDirectory, FILE), `${JSON.stringify(marker)}\n`, { mode: 0o600 });
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
