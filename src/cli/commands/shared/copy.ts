import { fail } from "../../../errors/errors.ts";
import { copySession } from "../../../fleet/copy.ts";
import { readShared } from "../../../fleet/shared.ts";
import { type Context, type Input, outJson, text } from "../../command.ts";
import { machineOf } from "../../mean/machine.ts";
import { refuseLive } from "../../mean/guard.ts";
import { currentId, meantBy, sharedMeant } from "../../mean/selected.ts";
import { storeOf } from "../../mean/session.ts";
import { wholeShared } from "../../mean/shared.ts";

export async function copy(context: Context, input: Input, args: readonly string[]): Promise<void> {
  const usage = "shared copy <session> --to shared|local";
  const [given, more] = args;
  const to = text(input, "to");
  if (given === undefined || (to !== "shared" && to !== "local")) {
    throw fail("missing_argument", { command: "shared", usage });
  }
  if (more !== undefined) throw fail("unexpected_argument", { command: "shared", given: more, usage });
  const local = storeOf(context, input, "shared");
  const shared = await wholeShared(context, local);
  const id = to === "local"
    ? (await sharedMeant(context, local, given, "shared"))?.id
    : meantBy(context, local, input, given, "change");
  if (id === undefined) throw fail("no_such_session", { given });
  const guard = refuseLive(machineOf(context, local), "copy", currentId(context), false);
  const [namespace = "team"] = readShared(local, context.host.variables).namespaces;
  const copied = await copySession(to === "shared" ? local : shared, to === "shared" ? shared : local, {
    id,
    namespace: to === "shared" ? namespace : "ex",
    to,
    guard,
  });
  if (context.json) return outJson(context, { ...copied });
  context.out(`${copied.id}\n`);
  context.say(`berth: ${id} is now ${copied.id}; what it was is kept as ${copied.archive}\n`);
}
