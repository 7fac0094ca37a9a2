import type { SessionRecord } from "../../store/record.ts";
import type { Marker } from "./marker.ts";

/** What the worktree itself keeps of its session. */
export function markerOf({ id, name = "", role, project, createdAt }: SessionRecord): Marker {
  return {
    schema: 1,
    id,
    name,
    ...role === undefined ? {} : { role },
    branch: project?.branch ?? "",
    ownsBranch: project?.["ownsBranch"] === true,
    baseRef: project?.baseRef ?? "",
    ...typeof project?.["baseCommit"] === "string" ? { baseCommit: project["baseCommit"] } : {},
    createdAt,
  };
}
