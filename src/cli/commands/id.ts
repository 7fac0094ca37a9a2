import { fail } from "../../errors/errors.ts";
import { shortId, splitId } from "../../identity/id.ts";
import type { Resolution } from "../../identity/resolution.ts";
import { type Command, flag, outJson } from "../command.ts";

/** The one line of `berth id`. The hook's `--bind` adds the binding and the short ID, a line each. */
export function idLines(resolution: Resolution, { short, bind }: { short: boolean; bind: boolean }): string {
  const { id, binding } = resolution;
  if (bind) return `${id}\n${binding()}\n${shortId(id)}\n`;
  return `${short ? shortId(id) : id}\n`;
}

export const id: Command = {
  usage: "id",
  about: "Print the ID of this session",
  options: [
    { flag: "--short", about: "Namespace and the first 12 characters" },
    { flag: "--strict", about: "Fail with exit status 4 where the ID would be a random one" },
    { flag: "--bind", about: "Print ID, binding and short ID, a line each, as the shell hooks read them" },
  ],
  examples: ["berth id", "berth id --session-id my-session", "berth id --scope pane --json"],
  run(context, input) {
    const resolution = context.resolution();
    const { id, source, scope, stable } = resolution;
    if (!stable && flag(input, "strict")) throw fail("no_stable_session", {});
    const short = shortId(id);
    if (context.json) {
      outJson(context, { id, short, namespace: splitId(id).namespace, source, scope, stable });
    } else context.out(idLines(resolution, { short: flag(input, "short"), bind: flag(input, "bind") }));
  },
};
