import { fail } from "../../../errors/errors.ts";
import { addHost, knownHosts, lastAnswer, removeHost } from "../../../fleet/hosts.ts";
import { type Context, type Input, outJson, text } from "../../command.ts";
import { storeOf } from "../../mean/session.ts";
import { coloursOf } from "../../say/colours.ts";
import { ago } from "../../say/amounts.ts";
import { aligned } from "../../say/columns.ts";

/** The one argument that an operation takes. */
export function only(args: readonly string[], usage: string): string {
  const [given, more] = args;
  if (given === undefined) throw fail("missing_argument", { command: "fleet", usage });
  if (more !== undefined) throw fail("unexpected_argument", { command: "fleet", given: more, usage });
  return given;
}

export async function add(context: Context, input: Input, args: readonly string[]): Promise<void> {
  const name = only(args, "fleet add <name> --ssh <destination>");
  const store = storeOf(context, input, "fleet");
  const host = await addHost(store, name, text(input, "ssh"), text(input, "berth"));
  if (context.json) outJson(context, { host });
  else context.say(`Added ${name}; type "berth fleet list --hosts ${name}" to try it\n`);
}

export async function remove(context: Context, input: Input, args: readonly string[]): Promise<void> {
  const name = only(args, "fleet remove <name>");
  await removeHost(storeOf(context, input, "fleet"), name);
  if (context.json) outJson(context, { name });
  else context.say(`Removed ${name}\n`);
}

export function hosts(context: Context, input: Input): void {
  const store = storeOf(context, input, "fleet");
  const now = context.now();
  const known = knownHosts(store).map((host) => ({ ...host, at: lastAnswer(store, host.name)?.at ?? null }));
  if (context.json) {
    const age = (at: Date | null) => at && Math.max(0, Math.round((now.getTime() - at.getTime()) / 1000));
    return outJson(context, { hosts: known.map(({ at, ...host }) => ({ ...host, age: age(at) })) });
  }
  if (known.length === 0) context.say("berth: no hosts; berth fleet add NAME --ssh DEST adds one\n");
  const rows = known.map((
    { name, ssh, berth, at },
  ) => [name, ssh, berth, at ? ago(at.toISOString(), now) : "never"]);
  const colours = coloursOf(context.host);
  if (rows.length > 0) context.out(aligned(["HOST", "SSH", "BERTH", "LAST ANSWER"], rows, colours));
}
