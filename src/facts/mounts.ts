import type { Host } from "./host.ts";
import { known, type Reading } from "./facts.ts";

const TABLE = "/proc/self/mountinfo";
/** More than any table has. */
export const TABLE_BYTES = 1 << 24;
/** Position in a line of the mount point (proc_pid_mountinfo(5)). */
const MOUNT_POINT = 4;

/** A line of that table, as far as it is wanted here. */
export interface Mount {
  readonly id: string;
  readonly parent: string;
  /** `major:minor` */
  readonly device: string;
  /** What of its file system it shows. */
  readonly root: string;
  readonly point: string;
}

/** All of a table. */
export const mountsIn = (table: string): Mount[] =>
  table.split("\n").filter((line) => line !== "").map((line) => {
    const [id = "", parent = "", device = "", root = "", point = ""] = line.split(" ", MOUNT_POINT + 1);
    return { id, parent, device, root: unescaped(root), point: unescaped(point) };
  });

/** The mount points of the machine: of file systems, of bind mounts, also of a single file. */
export function linuxMounts(host: Host): Reading<string[]> {
  const table = host.readText(TABLE, TABLE_BYTES);
  return table.ok ? known(pointsIn(table.value)) : table;
}

/**
 * Who tells the mount points. On Windows nobody does.
 *
 * @returns a reader that looks anew at each call
 */
export async function mountsReader(host: Host): Promise<() => Reading<string[]>> {
  const system = typeof BERTH_SYSTEM === "string" ? BERTH_SYSTEM : host.system;
  if (system === "darwin") {
    const { macosMounts } = await import("./mounts-macos.ts");
    return () => macosMounts();
  }
  return system === "linux" ? () => linuxMounts(host) : () => known([]);
}

/** Those at or below a directory, each once. @param directory absolute, free of symbolic links */
export function atOrBelow(points: readonly string[], directory: string): string[] {
  const inside = `${directory}/`;
  return [...new Set(points.filter((point) => point === directory || point.startsWith(inside)))];
}

/** What a text of `/proc/self/mountinfo` has. Without regular expressions, which take longer than to read the file. */
export function pointsIn(table: string): string[] {
  const points: string[] = [];
  for (let from = 0; from < table.length;) {
    const end = table.indexOf("\n", from);
    let at = from;
    for (let field = 0; field < MOUNT_POINT; field++) at = table.indexOf(" ", at) + 1;
    points.push(unescaped(table.slice(at, table.indexOf(" ", at))));
    from = end < 0 ? table.length : end + 1;
  }
  return points;
}

/** The kernel writes space, tab, newline and backslash as three octal digits. */
const unescaped = (text: string): string => text.includes("\\") ? withoutEscapes(text) : text;

const withoutEscapes = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
