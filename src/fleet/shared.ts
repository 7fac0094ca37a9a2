/** What this machine knows of a store that it shares with others. */
import { array, is, looseObject, string } from "valibot";
import { BerthError } from "../errors/errors.ts";
import { DEFAULTS, settingOf } from "../store/config.ts";
import type { Store } from "../store/open.ts";

/** That namespaces were shared from here once: then a URL that is missing is a failure, and no reason to write here. */
const KNOWN = "fleet/shared.json";
const knownSchema = looseObject({ namespaces: array(string()) });

export interface Shared {
  /** Null where none is said. */
  readonly url: string | null;
  readonly namespaces: readonly string[];
  /** Whether a setting says so, or was so once. */
  readonly known: boolean;
  /** The store in the database; null: the role's name. */
  readonly store: string | null;
  /** How long a lock is held without a word from its holder, in milliseconds. */
  readonly idleMs: number;
}

/** Where shared sessions are, as the variables and this store's settings say. Asks nobody. */
export function readShared(store: Store, variables: Readonly<Record<string, string | undefined>>): Shared {
  const text = (name: "shared.url" | "shared.namespaces" | "shared.store") => {
    const value = settingOf(store, name);
    return typeof value === "string" && value !== "" ? value : null;
  };
  const set = text("shared.namespaces");
  const before = namespacesBefore(store);
  const named = set?.split(",") ?? ["team"];
  return {
    url: variables["BERTH_SHARED_URL"] || text("shared.url"),
    namespaces: [...new Set([...named, ...before])],
    known: set !== null || before.length > 0,
    store: text("shared.store"),
    idleMs: Number(settingOf(store, "shared.idleSeconds") ?? DEFAULTS["shared.idleSeconds"]) * 1000,
  };
}

function namespacesBefore(store: Store): readonly string[] {
  const content = store.backend.read(KNOWN, "only");
  if (content?.kind !== "bytes") return [];
  try {
    const kept: unknown = JSON.parse(new TextDecoder().decode(content.bytes));
    return is(knownSchema, kept) ? kept.namespaces : [];
  } catch {
    return [];
  }
}

/** Note that these namespaces are shared. A store that cannot be written to is no reason not to share them. */
export function rememberShared(store: Store, { namespaces }: Shared): void {
  try {
    const before = namespacesBefore(store);
    if (namespaces.every((one) => before.includes(one))) return;
    store.backend.write(KNOWN, `${JSON.stringify({ schema: 1, namespaces })}\n`);
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
  }
}
