import { statSync } from "node:fs";
import type { Host } from "./host.ts";
import { atOrBelow, type Mount, mountsIn, TABLE_BYTES } from "./mounts.ts";
import type { Search } from "./traces.ts";

/** Something that is mounted where we do not see it: a container, a sandbox, `unshare`. */
export interface OtherMount {
  /** As the other namespace calls it. */
  readonly path: string;
  /** A process that sees it. */
  readonly pid: number;
}

/** A path by which a directory, or a part of it, is seen that has another one here: a bind mount, a container's volume. */
export interface OtherPath {
  readonly path: string;
  /** A process that sees it so; `self` where we do. */
  readonly pid: number | "self";
}

/** How a directory is seen by others. */
export interface SeenElsewhere {
  /** What we have mounted at or below it by whichever path, which keeps it from being removed. */
  readonly ownMounts: readonly string[];
  readonly mounts: readonly OtherMount[];
  readonly views: readonly OtherPath[];
}

/**
 * What is mounted at or below a directory in other mount namespaces, and by which other paths it is seen. A removal would
 * not touch what is behind such a mount, but the kernel would unmount it there, and a file system in memory is gone then.
 *
 * @param search a look at all processes that shows their namespaces
 * @param directory absolute, free of symbolic links
 */
export function seenElsewhere(
  host: Host,
  { namespaces }: Pick<Search, "namespaces">,
  directory: string,
): SeenElsewhere {
  const here = tableOf(host, "self");
  const own = placeIn(here, directory);
  const below = atOrBelow(here.map(({ point }) => point), directory);
  if (own === null) return { ownMounts: below, mounts: [], views: [] };
  const tables = namespaces.map((pid) => ({ pid, table: tableOf(host, pid) }));
  const views = [{ pid: "self" as const, table: here }, ...tables].flatMap(({ pid, table }) =>
    viewsIn(table, own)
      .map(({ path, below }) => ({ path, below, byNamespace: join(rootOf(host, pid), path) }))
      // By the same path it is looked for in any case.
      .filter(({ byNamespace }) => !isBelow(byNamespace, directory))
      .filter(({ path, below }) => isSame(`${directory}${below}`, pid, path))
      .map(({ byNamespace }) => ({ path: byNamespace, pid }))
  );
  const mounts = tables.flatMap(({ pid, table }) => mountsOn(table, own).map((path) => ({ path, pid })));
  return { ownMounts: [...new Set([...below, ...mountsOn(here, own)])], mounts, views };
}

function mountsOn(table: readonly Mount[], own: PlaceOnDevice): string[] {
  const byId = new Map(table.map((mount) => [mount.id, mount]));
  return table.filter((mount) => {
    const parent = byId.get(mount.parent);
    const at = parent === undefined ? null : placeOn(parent, mount.point);
    return at !== null && at.device === own.device && isBelow(at.path, own.path);
  }).map(({ point }) => point);
}

/** Mount points are told from a process's own root, and its current directory from that of its namespace. */
function rootOf(host: Host, pid: OtherPath["pid"]): string {
  const link = host.readLink(`/proc/${pid}/root`);
  return link.ok ? link.value : "/";
}

/** @returns each with the part of the place that it shows, "" for all of it */
const viewsIn = (table: readonly Mount[], own: PlaceOnDevice): { path: string; below: string }[] =>
  table.flatMap(({ device, root, point }) => {
    if (device !== own.device) return [];
    if (isBelow(root, own.path)) return [{ path: point, below: root.slice(own.path.length) }];
    if (!isBelow(own.path, root)) return [];
    return [{ path: join(point, own.path.slice(root === "/" ? 0 : root.length)), below: "" }];
  });

/** Whether both are the same directory: another mount may stand in front of it. */
function isSame(directory: string, pid: OtherPath["pid"], path: string): boolean {
  try {
    const [one, other] = [statSync(directory), statSync(pid === "self" ? path : `/proc/${pid}/root${path}`)];
    return one.ino === other.ino && one.dev === other.dev;
  } catch {
    return false;
  }
}

/** Where something is, whatever it is mounted as. */
interface PlaceOnDevice {
  readonly device: string;
  /** From the root of the file system. */
  readonly path: string;
}

function tableOf(host: Host, process: number | "self"): Mount[] {
  const text = host.readText(`/proc/${process}/mountinfo`, TABLE_BYTES);
  return text.ok ? mountsIn(text.value) : [];
}

function placeIn(table: readonly Mount[], directory: string): PlaceOnDevice | null {
  const around = table.filter(({ point }) => isBelow(directory, point));
  // Of those at the same place the last one is on top.
  const [nearest] = around.reverse().toSorted((a, b) => b.point.length - a.point.length);
  return nearest === undefined ? null : placeOn(nearest, directory);
}

const placeOn = ({ device, root, point }: Mount, path: string): PlaceOnDevice => ({
  device,
  path: join(root, path.slice(point === "/" ? 0 : point.length)),
});

const join = (root: string, below: string): string => `${root === "/" ? "" : root}${below}` || "/";

const isBelow = (path: string, directory: string): boolean =>
  path === directory || directory === "/" || path.startsWith(`${directory}/`);
