import { type Git, must } from "../git/git.ts";
import type { WantedMerge } from "./way.ts";

/** Our messages are that, whatever the repository says of its own. */
export const IN_UTF8 = ["-c", "i18n.commitEncoding=UTF-8"];

/** What the commit of a squash says: the message of the one commit, or the branch with all their subjects. */
export async function squashMessage(
  git: Git,
  { branch, commit, from, message }: WantedMerge,
): Promise<string> {
  if (message !== undefined) return message;
  const how = [
    "log",
    "--reverse",
    "--no-merges",
    "--no-show-signature",
    "--encoding=UTF-8",
    "--format=%B%x00",
    `${from}..${commit}`,
  ];
  const all = (await must(git, "read the commits", how)).split("\0").map((text) => text.trim());
  const messages = all.filter((text) => text !== "");
  if (messages.length === 1) return messages[0] ?? branch;
  const subjects = messages.map((text) => `* ${text.split("\n", 1)[0]}`);
  return [branch, "", ...subjects].join("\n");
}

/** What git itself would say of a merge. */
export async function mergeMessage(
  git: Git,
  { branch, commit, base, message }: WantedMerge,
): Promise<string> {
  if (message !== undefined) return message;
  const input = `${commit}\t\tbranch '${branch}' of .\n`;
  return await must(git, "word the merge", ["fmt-merge-msg", "--into-name", base], { input });
}
