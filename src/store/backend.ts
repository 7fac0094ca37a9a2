import type { Observing } from "./observe.ts";

/**
 * Contents by their names. Names are relative (`sessions/x.session.json`) and are built by `names.ts` alone. Every call
 * is atomic to its readers: a name holds a whole content, or nothing.
 */
export interface Documents {
  /** Where a name is, for people: an absolute path, or a made-up one where there are no files. */
  locate(name: string): string;
  /**
   * The content, null when there is none; fails where there is something that cannot be read.
   *
   * @param how "guarded" also takes from other users what they may do with the file; "only" changes nothing
   */
  read(name: string, how: "guarded" | "only"): Content | null;
  /** Replace the content, durably: when this returns, it survives a power cut. */
  write(name: string, text: string): void;
  /** Make a later `write` ready, so that what is left of it takes a moment. Not where that saves nothing. */
  prepare?(name: string, text: string): Prepared;
  /** As `write`, but only where the name is free; false when it is taken. */
  create(name: string, text: string): boolean;
  /** Give the content another name, only where that is free; false when it is taken or `from` is gone. */
  move(from: string, to: string): boolean;
  /** Remove it; false when there was none. */
  remove(name: string): boolean;
  /** The names in a folder ("" = the store's own), without the folder; none when there is no such folder. */
  list(folder: string): string[];
  /** Size in bytes and time of the last change (ms since 1970), null when there is none. */
  stat(name: string): DocumentStat | null;
}

/** A content that is on the disk and under no name yet. Either of the two is called in the end. */
export interface Prepared {
  /** Write it, under the lock of its name; false where it is gone, and nothing was written. */
  put(): boolean;
  /** Forget it. */
  drop(): void;
}

/**
 * What the store asks of the place it keeps things in. Whoever wants something of it comes in by `view` or by `lock`,
 * both asynchronous; what is then in reach is read and written at once. A place that is near (files, memory) is in
 * reach as it is, has no `view`, and its locks have no `seen`: nobody waits for what need not be waited for.
 */
export interface Backend extends Documents {
  /** What stands under these names at this moment, to be read; nothing else is in reach of the answer. */
  view?(reach: Reach): Promise<Backend>;
  /**
   * Hold the lock of that name, waiting at most `waitMs` for it (0 = not at all).
   *
   * @throws `locked` when somebody else holds it for all of that time, with the holder where it is known
   */
  lock(name: string, request: LockRequest): Promise<Lock>;
}

/** What is known of a document without reading it. */
export interface DocumentStat {
  /** Its size. */
  readonly bytes: number;
  /** When it was last changed, in milliseconds since 1970. */
  readonly changed: number;
}

/** Bytes, or why what is there can be no record: it is larger than any may be, or is no regular file. */
export type Content =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "unfit"; readonly reason: "too-large" | "not-a-file"; readonly size: number };

/** What a lock is asked for with. */
export interface LockRequest {
  /** How long to wait for it at most, in milliseconds; 0 = not at all. */
  readonly waitMs: number;
  /** What the lock is for, as it stands in an error: `session "ex--a_ca"`. */
  readonly what: string;
  /** Whether it is only to be found out if somebody holds it: nothing is put right on the way. */
  readonly only?: boolean;
  /** Who asks, to be shown to others that wait meanwhile: `berth set`. Never a value of the user's. */
  readonly command: string;
  /** What its holder is going to read and write, for a place that brings it along; nothing by default. */
  readonly reach?: Reach;
}

/** What is to be in reach. A prefix ends where the rest of the names begins: `sessions/`. */
export interface Reach {
  /** These, with their contents. */
  readonly names?: readonly string[];
  /** All whose names begin so, with their contents. */
  readonly prefixes?: readonly string[];
  /** All whose names begin so, to be listed and not to be read. */
  readonly listed?: readonly string[];
}

/**
 * A lock that is held, until `release()` or the end of the process, however that comes. Two of one name exclude
 * each other within a process as well.
 */
export interface Lock extends AsyncDisposable {
  /** Whether it still is. */
  readonly held: boolean;
  /**
   * What its holder reads and writes through, where that is not the place itself: see `seenBy`.
   *
   * @internal
   */
  readonly seen?: HolderView;
  /** Make sure that it is still held, where that can end by itself. @throws `lock_lost` */
  check?(): Promise<void>;
  /**
   * Give it back; doing so twice is harmless. What its holder wrote is durable at the latest when this has returned.
   *
   * @throws where what was written did not get there, or nobody knows: `shared_unreachable`, `lock_lost`, `write_unsure`
   */
  release(): void | Promise<void>;
  /** Give it back and remove its file, so that nobody is ever misled by it. */
  discard(): void | Promise<void>;
}

/** The place as the holder of a lock sees it, and who is told there of what changes. */
export interface HolderView {
  readonly backend: Backend;
  readonly observing: Observing;
}

/** Who holds a lock, as its holder wrote it down. */
export interface Holder {
  /** The process's number. */
  readonly pid: number;
  /** What it called itself: `berth set`. */
  readonly command: string;
  /** ISO 8601 UTC. */
  readonly since: string;
}

/** Largest document that is written or read: 8 MiB of state, and 64 KiB for everything around it. */
export const MAX_BYTES = 8 * 1024 * 1024 + 64 * 1024;
