import { fail } from "../../errors/errors.ts";
import { type DatabaseConnection, type DatabaseRow, nameOf } from "./connection.ts";
import { literal, VERSION } from "./schema.ts";

/** What `checkReady` looks at. */
export const readySql = (store: string): string =>
  `select (select max(version) from berth.meta) as version, session_user::text as role,
     (select to_jsonb(m)->>'id' from berth.meta m order by version desc limit 1) as database,
     exists (select from berth.rights where role = session_user and store = ${literal(store)}) as allowed`;

/**
 * Whether the tables are there, of a version that we know, and this role may work with the store: without that right it
 * would read nothing and take that for the truth.
 *
 * @param row what `readySql` found
 * @returns the ID of the database
 * @throws `shared_not_set_up`, `shared_newer`, `shared_older`, `shared_refused`
 */
export function checkReady(
  { server }: DatabaseConnection,
  store: string,
  row: DatabaseRow | undefined,
): string {
  const host = nameOf(server);
  const version = Number(row?.["version"] ?? 0);
  if (version === 0) throw fail("shared_not_set_up", { host });
  if (version > VERSION) throw fail("shared_newer", { host, version });
  if (version < VERSION) throw fail("shared_older", { host, version });
  if (row?.["allowed"] === true) return String(row["database"]);
  const why = `role ${String(row?.["role"])} has no right to store ${JSON.stringify(store)}`;
  throw fail("shared_refused", { host, why });
}
