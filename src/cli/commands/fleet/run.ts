import { fileURLToPath } from "node:url";
import { fail, visible } from "../../../errors/errors.ts";
import { findHost } from "../../../fleet/hosts.ts";
import { type Context, type Input } from "../../command.ts";
import { refuseChanged } from "../../line/utf8.ts";
import { storeOf } from "../../mean/session.ts";
import { report } from "../../say/report.ts";
import { only } from "./hosts.ts";

export async function run(context: Context, input: Input, args: readonly string[]): Promise<number> {
  const usage = "fleet run <host> -- <command...>";
  const host = findHost(storeOf(context, input, "fleet"), only(args, usage));
  const command = input.rest ?? [];
  if (command.length === 0) throw fail("missing_argument", { command: "fleet", usage });
  // They travel as text.
  refuseChanged(command, command.length, undefined);
  const { runThere } = await import("../../../fleet/remote.ts");
  return await runThere(host, command);
}

export async function show(context: Context, input: Input, args: readonly string[]): Promise<number> {
  const usage = "fleet show <host>:<session>";
  const given = only(args, usage);
  const colon = given.indexOf(":");
  if (colon < 1 || colon === given.length - 1) throw fail("missing_argument", { command: "fleet", usage });
  const host = findHost(storeOf(context, input, "fleet"), given.slice(0, colon));
  const { runThere } = await import("../../../fleet/remote.ts");
  const options = context.json ? ["--json"] : [];
  const take = (output: string) => output === "" ? undefined : context.out(visible(output));
  return await runThere(host, ["show", ...options, "--", given.slice(colon + 1)], { self: true, take });
}

/** How berth starts itself: the compiled binary, or the source under a runtime. */
function ownCommand(): readonly [string, ...string[]] {
  if (typeof BERTH_SYSTEM === "string") return [process.execPath];
  const main = fileURLToPath(import.meta.resolve("../../../main.ts"));
  return "Deno" in globalThis ? [process.execPath, "run", "-A", "--no-lock", main] : [process.execPath, main];
}

export async function exec(context: Context, _: Input, args: readonly string[]): Promise<number> {
  const [{ decodeOrder }, { execute }] = await Promise.all([
    import("../../../fleet/token.ts"),
    import("../../../fleet/exec.ts"),
  ]);
  const order = decodeOrder(only(args, "fleet exec <token>"));
  return await execute(
    order,
    ownCommand(),
    (error) => report(context.host, error, context.json ? "json" : "text"),
  );
}
