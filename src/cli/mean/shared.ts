import { fail } from "../../errors/errors.ts";
import { newsOf } from "../../events/derive.ts";
import { lineOf } from "../../events/event.ts";
import { writerOn } from "../../events/host.ts";
import { readShared, rememberShared, type Shared } from "../../fleet/shared.ts";
import { hostOf } from "../../store/hosts.ts";
import { namespaceOf } from "../../store/namespaces.ts";
import type { Store } from "../../store/open.ts";
import type { SharedBackend } from "../../store/postgres/place.ts";
import type { Context } from "../command.ts";

/** Commands that mean the same for a shared session as for one of this machine, from any host. */
const COMMANDS = new Set(
  ("set get unset incr keys show history touch reset archives restore delete hold wait lock mcp list status " +
    "shared events").split(" "),
);

/** @param command with what stands behind it: `agent hook` */
export const isForShared = (command: string): boolean => COMMANDS.has(command.split(" ")[0] ?? "");

/**
 * The store in the database that keeps the session; null where it is one of this machine.
 *
 * @throws `shared_url_missing` where the namespace is known to be shared: nothing is written here instead;
 *   `not_for_shared`
 */
export async function sharedStore(
  context: Context,
  local: Store,
  id: string,
  command: string,
): Promise<Store | null> {
  const shared = readShared(local, context.host.variables);
  if (!shared.namespaces.includes(namespaceOf(id))) return null;
  if (shared.url === null) {
    if (!shared.known) return null;
    throw fail("shared_url_missing", { id });
  }
  if (!isForShared(command)) throw fail("not_for_shared", { command, id });
  return await openedShared(context, local, shared);
}

/** The whole shared store. @throws `shared_url_missing` */
export async function wholeShared(
  context: Context,
  local: Store,
): Promise<Store & { backend: SharedBackend }> {
  const shared = readShared(local, context.host.variables);
  if (shared.url === null) throw fail("shared_url_missing", { id: `${shared.namespaces[0] ?? "team"}--` });
  return await openedShared(context, local, shared);
}

async function openedShared(context: Context, local: Store, shared: Shared) {
  const { openShared } = await import("../../fleet/open-shared.ts");
  // Which host we are is written down here, not in the database.
  await hostOf(local);
  const stamp = () => ({ time: local.now().toISOString(), ...writerOn(local, context.facts.boot) });
  const store = openShared(local, shared, {
    variables: context.host.variables,
    eventsOf: (told) => newsOf(told).map((news) => lineOf(0, stamp(), news).trimEnd()),
    onConnect: () => rememberShared(local, shared),
  });
  return store;
}

/** Told of changes in the database: by a notification where those arrive, and by looking again beneath it. */
export async function sharedWatch(context: Context, store: Store) {
  const { openBell } = await import("../../store/postgres/bell.ts");
  return await openBell(await listenSettings(context, store.backend as SharedBackend));
}

/** How to connect for notifications, which a pooler swallows. */
export async function listenSettings(context: Context, { options: { settings } }: SharedBackend) {
  const { variables } = context.host;
  const direct = variables["BERTH_SHARED_LISTEN_URL"];
  const { sharedSettings } = await import("../../fleet/open-shared.ts");
  return direct ? sharedSettings({ url: direct }, variables) : settings;
}
