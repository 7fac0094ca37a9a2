import { ago } from "../../say/amounts.ts";
import type { GitStanding } from "../../../sessions/git/standing-of.ts";
import type { QueueRow } from "./row.ts";

/** PROJECT/NAME, else the session's short ID. */
export function titleOf({ project, name, short }: QueueRow): string {
  if (name === null) return short;
  return project === null ? name : `${project}/${name}`;
}

/** `3 min`, empty where nobody knows. */
export const ageOf = (time: string | null, now: Date): string => time === null ? "" : ago(time, now);

/** `waiting 3 min` */
export const stateOf = ({ state, since }: QueueRow, now: Date): string =>
  `${state} ${ageOf(since, now)}`.trimEnd();

/** `auth ±2 ↑1`; without a look by git the branch alone. */
export function branchOf({ branch }: QueueRow, git: GitStanding | null | undefined): string {
  if (branch === null) return "";
  if (git === null || git === undefined) return branch;
  const counts = [[git.changed, "±"], [git.ahead, "↑"], [git.behind, "↓"]] as const;
  return [branch, ...counts.flatMap(([count, sign]) => count === 0 ? [] : [`${sign}${count}`])].join(" ");
}

/** What says so, and how old that is: `hook Stop, 3 min`. */
export function evidenceOf({ evidence }: QueueRow, now: Date): string {
  if (evidence === null) return "";
  const age = ageOf(evidence.at, now);
  return age === "" ? evidence.source : `${evidence.source}, ${age}`;
}
