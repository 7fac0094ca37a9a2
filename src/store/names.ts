import { sha256 } from "../facts/sha256.ts";

/*
 * Names in the store. They are relative to its directory and always use `/`, which Windows takes as well.
 * `~` is in no ID, so a spelling with a hash never meets one without.
 */

export const FOLDERS = [
  "sessions",
  "archive",
  "quarantine",
  "locks",
  "workspaces",
  "events",
  "background",
  "hosts",
  "agents",
  "fleet",
] as const;
export type Folder = (typeof FOLDERS)[number];

export const RECORD_END = ".session.json";
export const LOCK_END = ".lock";
export const TEMP_END = ".tmp";
export const CONFIG = "config.json";
/** An empty file that says that a person has been told: others may read the store, and we cannot change that. */
export const OPEN_NOTE = "open-to-others";

/** Windows takes `con` and `con.anything` for the console, in every directory and in either case. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])$/;
const LONGEST_DEVICE = "conout$".length;

function isDevice(name: string): boolean {
  const dot = name.indexOf(".");
  const stem = dot < 0 ? name : name.slice(0, dot);
  // Few are as short, and a regular expression takes 0.05 ms when it is first used.
  return stem.length <= LONGEST_DEVICE && DEVICE.test(stem);
}

/**
 * How the ID is spelled in file names, so that two IDs never share a file on any file system: lowercase (macOS
 * and Windows ignore case) with 16 hex digits of its SHA-256 where that changed it, and never a device's name.
 */
export function fileName(id: string): string {
  const lower = id.toLowerCase();
  const device = isDevice(lower);
  if (lower === id && !device) return id;
  return `${device ? "~" : ""}${lower}~${sha256(id).slice(0, 16)}`;
}

export const recordName = (id: string): string => `sessions/${fileName(id)}${RECORD_END}`;
export const sessionLockName = (id: string): string => `sessions/${fileName(id)}.session${LOCK_END}`;
/** What is known of the machine with that hashed ID. */
export const hostName = (machine: string): string => `hosts/${machine}.json`;
export const HOSTS_LOCK = `locks/hosts${LOCK_END}`;
/** Who holds it publishes this machine's sessions. */
export const PUBLISH_LOCK = `locks/publish${LOCK_END}`;
/** Under it a registration at a shared store is made and noted. */
export const LEASES_LOCK = `locks/leases${LOCK_END}`;
export const GLOBAL_LOCK = `locks/global${LOCK_END}`;
/** When the person of each session was there last; beside the log, so that who follows that is told of it. */
export const SEEN = "events/seen.json";
export const LOG_LOCK = `events/events${LOCK_END}`;

/** The lock of everything that belongs to the project at `root`, an absolute path without symbolic links. */
export const workspaceLockName = (root: string): string =>
  `locks/workspace-${sha256(root).slice(0, 16)}${LOCK_END}`;

/** What is kept of the project at `root` beside its sessions. */
export const workspaceName = (root: string): string => `workspaces/${sha256(root).slice(0, 16)}.json`;

/** A time as it stands in file names, to the second and without the colons that Windows forbids. */
export const fileTime = (at: Date): string => `${at.toISOString().slice(0, 19).replaceAll(":", "-")}Z`;

/** The archive of the session whose file is `file` (see `fileName`); `count` tells two of one second apart. */
export const archiveName = (file: string, at: Date, count: number): string =>
  `${archivesOf(file)}${fileTime(at)}--${String(count).padStart(3, "0")}${RECORD_END}`;

/** How the archives of the session begin whose file is `file`. */
export const archivesOf = (file: string): string => `archive/${file}--reset--`;

/** Whether a file of the archive is of the session: one that was destroyed, deleted or begun anew. */
export const isArchiveOf = (base: string, id: string): boolean => base.startsWith(`${fileName(id)}--reset--`);

export const quarantineName = (file: string, at: Date, reason: string): string =>
  `quarantine/${file}.${fileTime(at)}.${reason}.json`;

/** The part of a record's name that stands for the session: `x` of `sessions/x.session.json`. */
export function stem(name: string): string {
  const base = name.slice(name.lastIndexOf("/") + 1);
  return base.endsWith(RECORD_END) ? base.slice(0, -RECORD_END.length) : base;
}
