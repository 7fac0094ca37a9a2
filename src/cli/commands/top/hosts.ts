import { is } from "valibot";
import { hostSchema } from "../../../store/hosting.ts";
import type { Store } from "../../../store/open.ts";
import type { SessionRecord } from "../../../store/record.ts";

/** Tells what people call the machine that a session's processes are on; null where the store knows none. */
export function hostLabels(store: Store): (record: SessionRecord) => string | null {
  const own = store.hosting?.entry?.label ?? store.hosting?.identity()?.label() ?? null;
  let labels: Map<string, string> | undefined;
  return ({ run, anchor }) => {
    const uuid = run?.host ?? (typeof anchor?.["host"] === "string" ? anchor["host"] : undefined);
    if (uuid === undefined) return own;
    labels ??= labelsOf(store);
    return labels.get(uuid) ?? own;
  };
}

function labelsOf(store: Store): Map<string, string> {
  const found = new Map<string, string>();
  for (const base of store.backend.list("hosts")) {
    const content = base.endsWith(".json") ? store.backend.read(`hosts/${base}`, "only") : null;
    if (content?.kind !== "bytes") continue;
    try {
      const entry: unknown = JSON.parse(new TextDecoder().decode(content.bytes));
      if (is(hostSchema, entry)) found.set(entry.uuid, entry.label);
    } catch {
      // One that cannot be read names nobody.
    }
  }
  return found;
}
