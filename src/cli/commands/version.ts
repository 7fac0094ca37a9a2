import process from "node:process";
import manifest from "../../../package.json" with { type: "json" };
import { type Command, outJson } from "../command.ts";

// Put in by the build; not there when the source is run.
declare const BERTH_COMMIT: string | undefined;
declare const BERTH_TARGET: string | undefined;

/** What this program is. */
export const build = {
  version: manifest.version,
  commit: typeof BERTH_COMMIT === "string" ? BERTH_COMMIT : "source",
  target: typeof BERTH_TARGET === "string" ? BERTH_TARGET : `${process.platform}-${process.arch}`,
};

export const version: Command = {
  usage: "version",
  about: "Print version, commit and target",
  run(context) {
    if (context.json) outJson(context, build);
    else context.out(`berth ${build.version} (${build.commit}, ${build.target})\n`);
  },
};
