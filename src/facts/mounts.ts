import type { Host } from "./host.ts";
import { known, type Reading } from "./facts.ts";

const TABLE = "/proc/self/mountinfo";
const TABLE_BYTES = 1 << 24;
/** Position in a line of the mount point (proc_pid_mountinfo(5)). */
const MOUNT_POINT = 4;

/**
 * The mount points at or below a directory: of file systems, of bind mounts, also of a single file.
 *
 * @param directory absolute, free of symbolic links
 */
export function mountsBelow(host: Host, directory: string): Reading<string[]> {
  if (host.system !== "linux") return known([]);
  const table = host.readText(TABLE, TABLE_BYTES);
  return table.ok ? known(pointsBelow(table.value, directory)) : table;
}

/** What a text of `/proc/self/mountinfo` has at or below a directory, each once. */
export function pointsBelow(table: string, directory: string): string[] {
  const points = table.split("\n").map((line) => unescaped(line.split(" ")[MOUNT_POINT] ?? ""));
  return [...new Set(points)].filter((point) => point === directory || point.startsWith(`${directory}/`));
}

/** The kernel writes space, tab, newline and backslash as three octal digits. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
