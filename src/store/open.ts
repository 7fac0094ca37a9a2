import process from "node:process";
import type { Backend } from "./backend.ts";
import { checkRoot, type Warn } from "./directory.ts";
import { fileBackend } from "./file-backend.ts";
import type { Observing } from "./observe.ts";
import type { Hosting } from "./hosting.ts";
import { findRoot } from "./root.ts";

/** An open store: where things are kept, and what its operations take from outside. */
export interface Store {
  /** Where things are kept. */
  readonly backend: Backend;
  /** The wall clock. It may jump, so nothing but the times in records and names comes from it. */
  readonly now: () => Date;
  /** How long to wait for a lock, in milliseconds. */
  readonly waitMs: number;
  /** Who we are to others that wait for our lock: `berth set`. */
  readonly command: string;
  /** Told about what was put right, or may surprise. */
  readonly warn: Warn;
  /**
   * On which machine we are.
   *
   * @internal
   */
  readonly hosting?: Hosting;
  /**
   * Who is told of every change.
   *
   * @internal
   */
  readonly observing?: Observing;
}

/** How a store is opened; everything has a default. */
export interface OpenOptions {
  /** The directory; otherwise `$BERTH_HOME` and then the platform's own place, as `storePlace` says. */
  readonly directory?: string;
  /** Where to keep things instead of a directory, such as `memoryBackend()`. */
  readonly backend?: Backend;
  /** How long operations wait for a lock, in milliseconds; 5000 where nothing is said. */
  readonly waitMs?: number;
  /** Who we are to others that wait for our lock: `my-tool sync`. */
  readonly command?: string;
  /** The wall clock; the system's where nothing is said. */
  readonly now?: () => Date;
  /** Told about what was put right (permissions) or may surprise (a temporary directory); default: nobody. */
  readonly warn?: Warn;
  /** Where the variables that name the directory are looked up; the process's own where nothing is said. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export const DEFAULT_WAIT_MS = 5000;

/**
 * Open the store. Nothing is made on disk: the first write does that.
 *
 * @throws `store_refused` when the directory is a symbolic link, no directory, or another user's; `store_foreign` when
 *   it is somebody's, but no store
 */
export function openStore(options: OpenOptions = {}): Store {
  const warn = options.warn ?? (() => {});
  return {
    backend: options.backend ?? openDirectory(options, warn),
    now: options.now ?? (() => new Date()),
    waitMs: options.waitMs ?? DEFAULT_WAIT_MS,
    command: options.command ?? "a program",
    warn,
  };
}

function openDirectory({ directory, environment = process.env }: OpenOptions, warn: Warn): Backend {
  // The process's own is not copied: each of its variables is made when it is looked at.
  const around = directory === undefined ? environment : { ...environment, BERTH_HOME: directory };
  const root = findRoot(around, warn);
  checkRoot(root);
  return fileBackend(root, warn);
}
