import { fail } from "../../errors/errors.ts";
import { type Config, DEFAULTS, isSetting, readConfig, setConfig, type Setting } from "../../store/config.ts";
import { type Command, flag, outJson } from "../command.ts";
import { storeOf } from "../mean/session.ts";

const names = Object.keys(DEFAULTS);

export const config: Command = {
  usage: "config [setting] [value]",
  about: "Show or set how long and how much is kept",
  details: [
    "maxAgeDays            days without activity after which a session or an archive goes",
    "maxCount              sessions, and archives, that are kept",
    "maxSizeMB             size of all sessions, and of all archives",
    "limits.sessions       named sessions of one workspace",
    "limits.agentWorktrees worktrees of one workspace that agents made for their own agents",
    "events.maxMB          size of a file of the log of events, of which four are kept",
  ],
  options: [{ flag: "--unset <setting>", about: "Set it back to its default" }],
  examples: ["berth config", "berth config maxAgeDays 30", "berth config --unset maxAgeDays"],
  dashedFrom: 1,
  async run(context, input) {
    const store = storeOf(context, input, "config");
    const [given, value] = input.args;
    const back = input.options["unset"];
    if (typeof back === "string") await setConfig(store, setting(back), null);
    const name = given === undefined ? undefined : setting(given);
    if (name !== undefined && value !== undefined) await setConfig(store, name, number(name, value));
    const shown = readConfig(store);
    if (context.json) return outJson(context, { config: shown });
    // What was set is not shown again.
    if (value !== undefined || flag(input, "quiet")) return;
    context.out(name === undefined ? lines(shown) : `${shown[name]}\n`);
  },
};

const lines = (shown: Config): string =>
  names.filter(isSetting).map((name) => `${name} = ${shown[name]}\n`).join("");

function setting(name: string): Setting {
  if (isSetting(name)) return name;
  throw fail("unknown_setting", { name, names });
}

function number(name: Setting, value: string): number {
  const given = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(given)) throw fail("bad_setting", { name, value });
  return given;
}
