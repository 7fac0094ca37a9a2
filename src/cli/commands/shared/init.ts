import { BerthError, fail } from "../../../errors/errors.ts";
import { readShared } from "../../../fleet/shared.ts";
import { type Context, flag, type Input, outJson, text } from "../../command.ts";
import { storeOf } from "../../mean/session.ts";

export async function init(context: Context, input: Input, args: readonly string[]): Promise<void> {
  if (args[0] !== undefined) {
    throw fail("unexpected_argument", { command: "shared", given: args[0], usage: "shared init" });
  }
  const local = storeOf(context, input, "shared");
  const shared = readShared(local, context.host.variables);
  if (shared.url === null) throw fail("shared_url_missing", { id: "team--" });
  const { sharedSettings } = await import("../../../fleet/open-shared.ts");
  const { initSql } = await import("../../../store/postgres/schema.ts");
  const settings = sharedSettings(shared, context.host.variables);
  const store = shared.store ?? settings.user;
  const roles = [...new Set([settings.user, text(input, "grant") ?? settings.user])];
  const sql = initSql(roles.map((role) => ({ role, store })));
  if (flag(input, "print")) return context.out(sql);
  const { connect, nameOf } = await import("../../../store/postgres/connection.ts");
  await using connection = await connect(settings);
  const host = nameOf(connection.server);
  try {
    await connection.ask(sql);
  } catch (error) {
    throw inWords(error, host, settings.user);
  }
  if (context.json) return outJson(context, { host, database: settings.database, store, roles });
  context.say(
    `berth: ${settings.database} at ${host} keeps store ${JSON.stringify(store)} for ${roles.join(", ")}\n`,
  );
}

function inWords(error: unknown, host: string, role: string): unknown {
  if (!(error instanceof BerthError)) return error;
  const { code } = (error.cause ?? {}) as { code?: unknown };
  if (code === "42501") return fail("shared_no_rights", { host, role }, error);
  if (code === "P0L07") return fail("shared_newer", { host, version: 0 }, error);
  return error;
}
