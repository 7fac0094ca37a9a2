import { fail } from "../../errors/errors.ts";
import { shortId, splitId } from "../../identity/id.ts";
import type { Resolution } from "../../identity/resolution.ts";
import { chosenUse } from "./hook.ts";
import { type Command, flag, outJson, text } from "../command.ts";
import { OF, resolutionOf } from "../line/of-option.ts";

/** What the hooks read: the ID, the binding, the short ID, and what `berth use` chose (empty: nothing), a line each. */
const bindLines = ({ id, binding }: Resolution, use: string): string =>
  `${id}\n${binding()}\n${shortId(id)}\n${use}\n`;

export const id: Command = {
  usage: "id",
  about: "Print the ID of this session",
  options: [
    { flag: "--short", about: "Namespace and the first 12 characters" },
    { flag: "--strict", about: "Fail with exit status 4 where the next command here might get another ID" },
    OF,
    {
      flag: "--bind",
      about:
        "Print ID, binding, short ID and what was chosen by use, a line each, as the shell hooks read them",
    },
  ],
  examples: [
    "berth id",
    "berth id --session-id my-session",
    "berth id --scope pane --json",
    "berth id --of 4711",
  ],
  run(context, input) {
    const resolution = text(input, "of") === undefined ? context.resolution() : resolutionOf(context, input);
    const { id, source, scope, stable, unstable } = resolution;
    if (unstable !== null && flag(input, "strict")) throw fail("no_stable_session", { why: unstable });
    const short = shortId(id);
    if (context.json) {
      outJson(context, {
        id,
        short,
        namespace: splitId(id).namespace,
        source,
        scope,
        stable,
        ...unstable === null ? {} : { unstable },
      });
    } else if (flag(input, "bind")) {
      context.out(bindLines(resolution, chosenUse(resolution, context.facts.variables)));
    } else context.out(`${flag(input, "short") ? short : id}\n`);
  },
};
