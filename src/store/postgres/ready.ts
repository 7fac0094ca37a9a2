import { fail } from "../../errors/errors.ts";
import { type DatabaseConnection, nameOf } from "./connection.ts";
import { VERSION } from "./schema.ts";

/**
 * Whether the tables are there, of a version that we know, and this role may work with the store: without that right it
 * would read nothing and take that for the truth.
 *
 * @throws `shared_not_set_up`, `shared_newer`, `shared_refused`
 */
export async function checkReady(
  connection: DatabaseConnection,
  { store }: { readonly store: string },
): Promise<void> {
  const [row] = await connection.ask(
    `select (select max(version) from berth.meta) as version, session_user::text as role,
       exists (select from berth.rights where role = session_user and store = $1) as allowed`,
    [store],
  );
  const host = nameOf(connection.server);
  const version = Number(row?.["version"] ?? 0);
  if (version === 0) throw fail("shared_not_set_up", { host });
  if (version > VERSION) throw fail("shared_newer", { host, version });
  if (row?.["allowed"] !== true) {
    throw fail("shared_refused", {
      host,
      why: `role ${String(row?.["role"])} has no right to store ${JSON.stringify(store)}`,
    });
  }
}
