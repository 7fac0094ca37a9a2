import { fail } from "../../../errors/errors.ts";
import { readShared } from "../../../fleet/shared.ts";
import { type Context, type Input, outJson } from "../../command.ts";
import { storeOf } from "../../mean/session.ts";

export async function status(context: Context, input: Input): Promise<void> {
  const local = storeOf(context, input, "shared");
  const shared = readShared(local, context.host.variables);
  if (shared.url === null) throw fail("shared_url_missing", { id: "team--" });
  const { sharedSettings } = await import("../../../fleet/open-shared.ts");
  const { lookAt } = await import("../../../store/postgres/look.ts");
  const settings = sharedSettings(shared, context.host.variables);
  const found = await lookAt(settings, shared.store ?? settings.user);
  if (context.json) return outJson(context, { ...found, namespaces: shared.namespaces });
  const { missing, holding, ...facts } = found;
  const lines = Object.entries({ ...facts, namespaces: shared.namespaces.join(", ") })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name.padEnd(14)} ${String(value)}\n`);
  context.out(lines.join(""));
  if (holding !== null) {
    context.out(`${"events held".padEnd(14)} by process ${holding.pid} of database ${holding.database}\n`);
  }
  for (const one of missing) context.say(`berth: missing: ${one}\n`);
}
