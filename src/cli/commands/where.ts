import { shortId } from "../../identity/id.ts";
import type { Command } from "../command.ts";
import { SOURCES } from "../say/words.ts";

/** `berth` alone: where you are and what to type next. */
export const where: Command = {
  usage: "where",
  about: "Say where you are",
  run(context) {
    const { id, source, anchor } = context.resolution();
    const at = anchor?.tty ? ` on ${anchor.tty}` : "";
    context.out(`You are in session ${shortId(id)}${at}: ${SOURCES[source]}.

  berth id         the whole ID, for scripts
  berth explain    how it was found
  berth doctor     what this machine can and cannot tell
  berth help       all commands
`);
  },
};
