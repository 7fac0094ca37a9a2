import process from "node:process";
import { quotePath } from "../../../errors/quote.ts";
import { type Finding, finding } from "./finding.ts";

/**
 * Whether this very process was started through the launcher of the npm package, which notes its own process: it has
 * become us, or is our parent. The variable alone is inherited by everything we start.
 */
export function launcherFindings(noted: string | undefined, self = process): Finding[] {
  const [, pid, path] = /^(\d+):(.+)$/s.exec(noted ?? "") ?? [];
  if (path === undefined || (Number(pid) !== self.pid && Number(pid) !== self.ppid)) return [];
  return [
    finding(
      "started_by_node",
      `Every call of this berth starts Node first, by the launcher ${quotePath(path)}`,
      `Load the hook by "berth init": it calls the program itself, ${quotePath(self.execPath)}`,
      false,
    ),
  ];
}
