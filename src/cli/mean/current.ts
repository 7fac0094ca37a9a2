import type { SessionRecord } from "../../store/record.ts";
import type { Context } from "../command.ts";

/** Tell which record is this place's. */
export function isCurrent(context: Context): (record: SessionRecord) => boolean {
  const { id, stable } = context.resolution();
  return (record) => stable && record.id === id;
}
