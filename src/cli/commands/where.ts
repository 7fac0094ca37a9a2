import { shortId } from "../../identity/id.ts";
import type { Command } from "../command.ts";
import { coloursOf } from "../say/colours.ts";
import { SOURCES } from "../say/words.ts";

/** `berth` alone: where you are and what to type next. */
export const where: Command = {
  usage: "where",
  about: "Say where you are",
  run(context) {
    const { id, source, anchor } = context.resolution();
    const at = anchor?.tty ? ` on ${anchor.tty}` : "";
    const { heading, command } = coloursOf(context.host);
    context.out(`You are in session ${heading(shortId(id))}${at}: ${SOURCES[source]}.

  ${command("berth id")}         the whole ID, for scripts
  ${command("berth explain")}    how it was found
  ${command("berth doctor")}     what this machine can and cannot tell
  ${command("berth help")}       all commands
`);
  },
};
