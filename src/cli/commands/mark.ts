import { readRecord } from "../../store/read.ts";
import { shortId } from "../../identity/id.ts";
import { type Command, text } from "../command.ts";
import { agentsIn } from "../mean/agents.ts";
import { pushToTmux } from "../mean/push-marks.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { selected } from "../mean/selected.ts";
import { loudest, sequenceFor } from "../say/mark-text.ts";

const TO = ["tmux", "iterm2", "wezterm", "kitty", "title"] as const;

export const mark: Command = {
  usage: "mark [session]",
  about: "Show a session's status by its terminal: tab, title or tmux pane",
  details: [
    SESSION_HELP,
    "iterm2, wezterm, kitty: the user variables berth_id, berth_short, berth_status, as a sequence on standard output;",
    "title: the terminal's title, the same way. tmux: the options @berth_id, @berth_short, @berth_status of this pane,",
    "each with its time in @berth_id_at and so on; these are set at every change of status without being asked.",
    "berth config marks.terminal sends one of the others to the terminal at every change, too.",
  ],
  options: [
    {
      flag: "--to <where>",
      about: "For tmux, iterm2, wezterm, kitty or title (default: title)",
      oneOf: TO,
      wanted: "tmux, iterm2, wezterm, kitty or title",
    },
  ],
  examples: ["berth mark --to tmux", "berth mark --to wezterm", "berth mark auth --to title"],
  async run(context, input) {
    const { store, id } = await selected(context, input, "mark", { given: input.args[0], effect: "look" });
    const record = readRecord(store, id);
    const agents = await agentsIn(context, store, id);
    const status = loudest(record?.status ?? "active", agents);
    const marked = { id, short: shortId(id), name: record?.name ?? null, status };
    const to = text(input, "to") ?? "title";
    if (to !== "tmux") return context.out(sequenceFor(to, marked, context.host.variables));
    if (!pushToTmux(context, marked, { tty: null })) context.say("berth: this is no pane of a tmux\n");
  },
};
