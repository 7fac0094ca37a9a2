/**
 * The spelling of a path that an agent gives, looked at before the file system is. Pure, and the same on every
 * host: the rules of Windows are tested on Linux too.
 *
 * Nothing here decides where a path leads; only `walk.ts` can, because only the file system knows its links.
 */
import { fail } from "../../errors/errors.ts";

/** A path cut into its names. `.` and empty names are gone, `..` is kept: links make it physical. */
export interface Spelled {
  /** What was given, for messages. */
  readonly given: string;
  /** Where it starts: the empty string for a relative path, `/`, or `C:\` on Windows. */
  readonly anchor: string;
  readonly parts: readonly string[];
  /** It ends in a separator, so that it can mean a directory only. */
  readonly directory: boolean;
}

/** `..` between separators, also written for a program that decodes URLs or takes `\` for `/`. */
const DISGUISED = /(?:^|[\\/]|%2f|%5c)(?:\.|%2e){2}(?:$|[\\/]|%2f|%5c)/i;

/** Names that Windows gives to a device in every directory, whatever extension follows. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:[ .:].*)?$/i;

const refuse = (given: string, why: string) => fail("invalid_path", { path: given, why });

/** A name that Win32 would open as something else: a device, a stream, a name without its last dot. */
function checkWindowsName(given: string, name: string): void {
  if (name === "..") return;
  if (DEVICE.test(name)) throw refuse(given, "it names a device");
  if (/[<>:"|?*]/.test(name)) throw refuse(given, "it has a character that Windows gives another meaning");
  if (/[. ]$/.test(name)) throw refuse(given, "a name ends in a dot or a space, which Windows cuts off");
}

function anchorOf(path: string, windows: boolean): string {
  if (!windows) return path.startsWith("/") ? "/" : "";
  if (/^[\\/]{2}/.test(path)) throw refuse(path, "it names a share or a device, not a file of this drive");
  if (/^[a-z]:[\\/]/i.test(path)) return `${path[0]?.toUpperCase()}:\\`;
  if (/^[a-z]:/i.test(path)) throw refuse(path, "it is relative to a drive");
  if (/^[\\/]/.test(path)) throw refuse(path, "it is relative to the current drive");
  return "";
}

/** A `..` that only a later decoder would see. Encodings may be doubled: `%252e` is `%2e` after one pass. */
function isDisguised(name: string): boolean {
  return /[%\\]/.test(name) && DISGUISED.test(name.replace(/%(?:25)+/g, "%"));
}

/**
 * Cut a path into names.
 *
 * @param given the path as the agent wrote it
 * @param windows whether the rules of Windows hold: `\` separates, devices and streams have names
 * @throws `invalid_path` for what no file can be called, `path_escapes_boundary` for a `..` in disguise
 */
export function spell(given: string, windows: boolean): Spelled {
  if (given === "") throw refuse(given, "it is empty");
  if (given.includes("\0")) throw refuse(given, "it has a NUL character");
  if (!given.isWellFormed()) throw refuse(given, "it is not valid Unicode");
  if (given.length > 4096) throw refuse(given, "it is longer than 4096 characters");
  const anchor = anchorOf(given, windows);
  const names = given.slice(anchor.length).split(windows ? /[\\/]/ : "/");
  const parts = names.filter((name) => name !== "" && name !== ".");
  if (parts.some(isDisguised)) throw fail("path_escapes_boundary", { path: given });
  if (windows) { for (const name of parts) checkWindowsName(given, name); }
  const last = names.at(-1);
  return { given, anchor, parts, directory: last === "" || last === "." || last === ".." };
}

/** Whether the names lead out of where they start when no link is on the way. */
export function climbsOut(parts: readonly string[]): boolean {
  let depth = 0;
  for (const part of parts) {
    depth += part === ".." ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

/**
 * The names of an absolute path below the root, or null when it is not written as one of the root's spellings.
 * Whole names are compared, so `/srv/app2` is not below `/srv/app`.
 */
export function below(path: Spelled, root: Spelled): readonly string[] | null {
  if (path.anchor !== root.anchor || path.parts.length < root.parts.length) return null;
  return root.parts.every((name, i) => name === path.parts[i]) ? path.parts.slice(root.parts.length) : null;
}
