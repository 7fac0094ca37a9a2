import { fail } from "../../errors/errors.ts";
import {
  type Config,
  isSetting,
  isTextSetting,
  readConfig,
  setConfig,
  type Setting,
  SETTINGS,
  type TextSetting,
} from "../../store/config.ts";
import { type Command, flag, outJson } from "../command.ts";
import { SEQUENCES } from "../say/mark-text.ts";
import { storeOf } from "../mean/session.ts";

/** What git takes at the beginning of a branch's name (git-check-ref-format(1)); nothing is one too. */
const PREFIX = /^$|^(?!.*(?:\.\.|\/\/|\/\.|\.lock\/|@\{))[^\s\p{Cc}~^:?*[\\/.-][^\s\p{Cc}~^:?*[\\]*$/u;

/** Neither the root itself nor git's own directory; a worktree's path is printed, and a line of git's files. */
const FOLDER = /^(?!\.?\/*$|(?:\.\/+)*\.git(?:\/|$))(?!-)[^\p{Cc}\ufffd]+$/iu;

/** What may stand before the `--` of a label and is not berth's own. */
const NAMESPACES =
  /^$|^(?!(?:ex|tmux|screen|zellij|ssh|terminal|anchor|uuid)(?:,|$))[A-Za-z0-9._]{1,60}(?:,[A-Za-z0-9._]{1,60})*$/;

/** What the settings that are no numbers may be. */
const TEXTS: Readonly<Partial<Record<TextSetting, { test: (value: string) => boolean; wanted: string }>>> = {
  "branch.prefix": { test: (value) => PREFIX.test(value), wanted: "the beginning of a branch's name" },
  "worktrees.path": {
    test: (value) => FOLDER.test(value),
    wanted: "a directory, relative to the main checkout or anywhere",
  },
  "marks.terminal": {
    test: (value) => value === "" || Object.hasOwn(SEQUENCES, value),
    wanted: "iterm2, wezterm, kitty, title or nothing",
  },
};

export const config: Command = {
  usage: "config [setting] [value]",
  about: "Show or set how long and how much is kept",
  details: [
    "maxAgeDays            days without activity after which a session or an archive goes",
    "maxCount              sessions, and archives, that are kept",
    "maxSizeMB             size of all sessions, and of all archives",
    "limits.sessions       named sessions of one workspace",
    'branch.prefix        what stands before a name in its branch (feature/); the slash is part of it, "" is none',
    "worktrees.path       where new worktrees are (.worktrees): below the main checkout's root, or anywhere else (~/trees),",
    "                     where each project has a directory of its own",
    "limits.agentWorktrees worktrees of one workspace that agents made for their own agents",
    'marks.terminal        how the terminal is told of a change of status: iterm2, wezterm, kitty, title; "" is not at all',
    "events.maxMB          size of a file of the log of events, of which four are kept",
    "shared.url           database that several machines share: postgres://USER@HOST/DATABASE (berth help shared)",
    "shared.namespaces    namespaces of the sessions that are kept there (team), separated by commas",
    "shared.idleSeconds   how long a lock there is held without a word from its holder (60)",
    "shared.store         the store in that database (the role's name)",
    "shared.publishState  true: berth publish tells others what is kept in the sessions, too (false)",
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
    if (name !== undefined && value !== undefined) await setConfig(store, name, valueOf(name, value));
    const shown = readConfig(store);
    if (context.json) return outJson(context, { config: shown });
    // What was set is not shown again.
    if (value !== undefined || flag(input, "quiet")) return;
    context.out(name === undefined ? lines(shown) : `${shown[name]}\n`);
  },
};

const lines = (shown: Config): string => SETTINGS.map((name) => `${name} = ${shown[name]}\n`).join("");

function setting(name: string): Setting {
  if (isSetting(name)) return name;
  throw fail("unknown_setting", { name, names: SETTINGS });
}

/** Everybody on this machine sees what is typed, so a password must not be. */
function sharedValue(name: Setting, value: string): string {
  if (name === "shared.url") {
    if (/^[^?#]*:\/\/[^/@]*:[^/]*@|[?&]password=/i.test(value)) throw fail("shared_password", {});
    if (!/^(postgres(ql)?:\/\/.*)?$/.test(value)) {
      throw fail("bad_shared_url", { why: "it does not begin with postgres://" });
    }
  } else if (name === "shared.namespaces" && !NAMESPACES.test(value)) {
    throw fail("bad_text_setting", { name, value, wanted: "namespaces, separated by commas" });
  } else if (name === "shared.publishState" && !/^(true|false)$/.test(value)) {
    throw fail("bad_text_setting", { name, value, wanted: "true or false" });
  }
  return value;
}

function valueOf(name: Setting, value: string): number | string {
  if (isTextSetting(name)) {
    if (name.startsWith("shared.")) return sharedValue(name, value);
    const { test, wanted } = TEXTS[name] ?? { test: () => true, wanted: "" };
    if (test(value)) return value;
    throw fail("bad_text_setting", { name, value, wanted });
  }
  const given = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(given)) throw fail("bad_setting", { name, value });
  return given;
}
