import type { QueueRow } from "../../src/cli/commands/top/row.ts";

/** A row of the queue, idle where nothing else is said. */
export const row = (id: string, more: Partial<QueueRow> = {}): QueueRow => ({
  id,
  short: id,
  project: "shop",
  name: id,
  agent: null,
  pid: null,
  state: "idle",
  reason: null,
  since: "2026-03-01T10:00:00.000Z",
  evidence: null,
  seen: false,
  host: null,
  branch: null,
  ...more,
});
