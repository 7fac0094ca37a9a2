import type { BaseIssue } from "valibot";

/** Where a document does not fit, in words: `sessions.0.id does not fit`. */
export function whereWrongIn([issue]: readonly BaseIssue<unknown>[]): string {
  const path = issue?.path?.map(({ key }) => String(key)).join(".") ?? "";
  return path === "" ? "it is no JSON document of that kind" : `${path} does not fit`;
}
