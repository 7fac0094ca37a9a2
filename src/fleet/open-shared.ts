/** The store in the database, opened: the one file that loads the client. */
import { homedir } from "node:os";
import type { Told } from "../store/observe.ts";
import type { Store } from "../store/open.ts";
import { postgresBackend } from "../store/postgres/backend.ts";
import type { SharedBackend } from "../store/postgres/place.ts";
import { type Settings, settingsOf } from "../store/postgres/settings.ts";
import { weakness } from "../store/postgres/tls.ts";
import { registeredBy } from "./registered.ts";
import type { Shared } from "./shared.ts";

export interface OpenShared {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly eventsOf: (told: Told) => readonly string[];
  readonly onConnect?: () => void;
}

/** How to connect, as the URL, the variables and the user's files say. @throws `bad_shared_url` */
export function sharedSettings(
  { url }: Pick<Shared, "url">,
  variables: Readonly<Record<string, string | undefined>>,
): Settings {
  return settingsOf(url ?? "", variables, variables["HOME"] || homedir());
}

/**
 * Open the shared store beside the one of this machine, which goes on keeping what is known of this host.
 *
 * @throws `bad_shared_url`, `open_password_file`
 */
export function openShared(
  local: Store,
  shared: Shared,
  { variables, ...more }: OpenShared,
): Store & { readonly backend: SharedBackend } {
  const settings = sharedSettings(shared, variables);
  const weak = weakness(settings);
  if (weak !== null) local.warn(weak);
  const { observing: _, hosting, ...rest } = local;
  const name = shared.store ?? settings.user;
  return {
    ...rest,
    // What could not be written down here is not looked for there.
    ...hosting?.entry === undefined ? {} : { hosting },
    backend: postgresBackend({
      settings,
      store: name,
      registered: registeredBy(local, name),
      idleMs: shared.idleMs,
      ...more,
    }),
  };
}
