import { knownHost } from "../../store/hosts.ts";
import type { Store } from "../../store/open.ts";

/** This machine as `--json` prints it: `uuid` is null until something was written into this store from here. */
export function hostJson(store: Store) {
  const identity = store.hosting?.identity() ?? null;
  if (identity === null) return null;
  const { machine, boot, label } = identity;
  return { uuid: knownHost(store)?.uuid ?? null, machine, boot, label: label() };
}
