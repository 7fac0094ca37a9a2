import type { Host } from "./host.ts";
import { type Mount, mountsIn, TABLE_BYTES } from "./mounts.ts";
import type { Search } from "./traces.ts";

/** Something that is mounted where we do not see it: a container, a sandbox, `unshare`. */
export interface OtherMount {
  /** As the other namespace calls it. */
  readonly path: string;
  /** A process that sees it. */
  readonly pid: number;
}

/**
 * What is mounted at or below a directory in other mount namespaces. A removal would not touch what is behind it, but the
 * kernel would unmount it there, and a file system in memory is gone then.
 *
 * @param search a look at all processes that shows their namespaces
 * @param directory absolute, free of symbolic links
 */
export function otherMounts(
  host: Host,
  { namespaces }: Pick<Search, "namespaces">,
  directory: string,
): OtherMount[] {
  if (namespaces.length === 0) return [];
  const own = placeIn(tableOf(host, "self"), directory);
  if (own === null) return [];
  return namespaces.flatMap((pid) => {
    const table = tableOf(host, pid);
    const byId = new Map(table.map((mount) => [mount.id, mount]));
    return table.filter((mount) => {
      const parent = byId.get(mount.parent);
      const at = parent === undefined ? null : placeOn(parent, mount.point);
      return at !== null && at.device === own.device && isBelow(at.path, own.path);
    }).map(({ point }) => ({ path: point, pid }));
  });
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
