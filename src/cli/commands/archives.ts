import { shortArchive } from "../../store/archive.ts";
import { listRecords } from "../../store/list.ts";
import { archivedAt } from "../../store/purge.ts";
import { coloursOf } from "../say/colours.ts";
import { ago, size } from "../say/amounts.ts";
import { aligned } from "../say/columns.ts";
import type { Store } from "../../store/open.ts";
import { type Command, outJson } from "../command.ts";
import { listedStore, SHARED } from "../mean/listed.ts";

interface Row {
  readonly name: string;
  readonly id: string;
  /** What the session was called, and where its project is. */
  readonly session: string | null;
  readonly workspace: string | null;
  readonly at: string;
  readonly bytes: number;
}

export const archives: Command = {
  usage: "archives",
  about: "List the archived sessions, the newest first",
  options: [SHARED],
  examples: ["berth archives", "berth archives --json"],
  async run(context, input) {
    const { rows, damaged } = gather(await listedStore(context, input, "archives", ["archive/"]));
    if (context.json) return outJson(context, { archives: rows, damaged });
    for (const { file, reason } of damaged) context.say(`berth: damaged: ${file}: ${reason}\n`);
    const now = context.now();
    const heading = ["SESSION", "PROJECT", "AGE", "SIZE", "ARCHIVE"];
    const cells = rows.map(({ name, id, session, workspace, at, bytes }) => [
      session ?? id,
      workspace ?? "",
      ago(at, now),
      size(bytes),
      name,
    ]);
    context.out(rows.length === 0 ? "" : aligned(heading, cells, coloursOf(context.host)));
  },
};

function gather(store: Store): { rows: Row[]; damaged: { file: string; reason: string }[] } {
  const rows: Row[] = [];
  const damaged: { file: string; reason: string }[] = [];
  for (const listed of listRecords(store, "archive")) {
    if (!("record" in listed)) {
      damaged.push({ file: store.backend.locate(listed.name), reason: listed.reason });
      continue;
    }
    const { record, bytes } = listed;
    const name = shortArchive(listed.name);
    const at = archivedAt(name);
    rows.push({
      name,
      id: record.id,
      session: record.name ?? null,
      workspace: record.project?.root ?? null,
      at: at === null ? record.updatedAt : new Date(at).toISOString(),
      bytes,
    });
  }
  rows.sort((a, b) => a.at === b.at ? (a.name < b.name ? 1 : -1) : a.at < b.at ? 1 : -1);
  return { rows, damaged };
}
