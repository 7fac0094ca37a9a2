import { fail } from "../../errors/errors.ts";
import { mayBeShared, namespaceOf } from "../../store/namespaces.ts";
import type { Store } from "../../store/open.ts";
import type { Context } from "../command.ts";

/**
 * Refuse a name for a session of this machine that means a shared one. Nearly every name can be none, and nothing is
 * loaded for it.
 *
 * @throws `name_is_shared`, where sessions are shared here
 */
export async function refuseSharedName({ host }: Context, store: Store, name: string): Promise<void> {
  if (!mayBeShared(name)) return;
  const { readShared } = await import("../../fleet/shared.ts");
  const { namespaces, url, known } = readShared(store, host.variables);
  const namespace = namespaceOf(name);
  if ((url !== null || known) && namespaces.includes(namespace)) {
    throw fail("name_is_shared", { name, namespace });
  }
}
