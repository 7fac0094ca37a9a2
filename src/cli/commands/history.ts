import { readRecord } from "../../store/read.ts";
import { type Command, outJson } from "../command.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { noSession, selected } from "../mean/selected.ts";
import { onOneLine } from "../line/value.ts";

export const history: Command = {
  usage: "history [session]",
  about: "Print what happened in a session, the newest last",
  details: [SESSION_HELP, "The newest 200 entries are kept; values are not among them."],
  examples: ["berth history", "berth history auth --json"],
  async run(context, input) {
    const { store, id } = await selected(context, input, "history", { given: input.args[0], effect: "look" });
    const record = readRecord(store, id);
    if (record === null) throw noSession(id);
    if (context.json) return outJson(context, { id, history: record.history });
    context.out(record.history.map(line).join(""));
  },
};

function line({ at, kind, ...details }: { at: string; kind: string; [detail: string]: unknown }): string {
  const rest = Object.entries(details).map(([name, value]) => ` ${name}=${onOneLine(value)}`).join("");
  return `${at}  ${onOneLine(kind)}${rest}\n`;
}
