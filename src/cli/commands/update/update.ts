import { existsSync, realpathSync } from "node:fs";
import process from "node:process";
import { fail } from "../../../errors/errors.ts";
import { type Command, type Context, flag, outJson } from "../../command.ts";
import { build } from "../version.ts";
import { updateCommand } from "./package-manager.ts";
import { readReceipt } from "./receipt.ts";
import { fetchArchive, offer } from "./release.ts";
import { replace } from "./replace.ts";
import { compareVersions } from "./versions.ts";

export const update: Command = {
  usage: "update",
  about: "Replace this program by the newest one of where it was installed from",
  details: [
    "Only for what install.sh or install.ps1 has put in place: the receipt that they leave names where the release",
    "came from and the key that it must be signed with. For any other it names the command that updates it.",
    "Nothing is ever asked of a network but by this command.",
  ],
  options: [
    { flag: "--check", about: "Only say which version there is" },
    { flag: "--allow-downgrade", about: "Take an older version too" },
  ],
  examples: ["berth update --check", "berth update"],
  async run(context, input) {
    const program = realpathSync(process.execPath);
    const receipt = readReceipt(program);
    if (receipt === undefined) {
      throw fail("no_receipt", { program, command: updateCommand(program, existsSync) });
    }
    const found = await offer(receipt);
    const { version, signed } = found;
    const order = compareVersions(version, build.version);
    if (!signed) context.say("Note: the receipt names no key, so checksums alone are checked\n");
    if (order === 0 || flag(input, "check")) {
      return tell(
        context,
        version,
        order === 0 ? `berth ${version} is the newest there` : `There is berth ${version}`,
      );
    }
    if (order < 0 && !flag(input, "allow-downgrade")) {
      throw fail("older_release", { from: receipt.base, given: version, have: build.version });
    }
    replace(receipt, found, await fetchArchive(receipt, found));
    tell(context, version, `Updated berth ${build.version} to ${version}`);
  },
};

function tell(context: Context, to: string, words: string): void {
  context.say(`${words}\n`);
  if (context.json) outJson(context, { from: build.version, to });
}
