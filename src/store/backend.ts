/**
 * What the store asks of the place it keeps things in. Names are relative (`sessions/x.session.json`) and are
 * built by `names.ts` alone. Every call is atomic to its readers: a name holds a whole content, or nothing.
 */
export interface Backend {
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
  /**
   * Hold the lock of that name, waiting at most `waitMs` for it (0 = not at all).
   *
   * @throws `locked` when somebody else holds it for all of that time, with the holder where it is known
   */
  lock(name: string, request: LockRequest): Promise<Lock>;
}

export interface DocumentStat {
  readonly bytes: number;
  readonly changed: number;
}

/** Bytes, or why what is there can be no record: it is larger than any may be, or is no regular file. */
export type Content =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "unfit"; readonly reason: "too-large" | "not-a-file"; readonly size: number };

export interface LockRequest {
  readonly waitMs: number;
  /** What the lock is for, as it stands in an error: `session "ex--a_ca"`. */
  readonly what: string;
  /** Whether it is only to be found out if somebody holds it: nothing is put right on the way. */
  readonly only?: boolean;
  /** Who asks, to be shown to others that wait meanwhile: `berth set`. Never a value of the user's. */
  readonly command: string;
}

/**
 * A lock that is held, until `release()` or the end of the process, however that comes. Two of one name exclude
 * each other within a process as well.
 */
export interface Lock extends Disposable {
  readonly held: boolean;
  /** Give it back; doing so twice is harmless. */
  release(): void;
  /** Give it back and remove its file, so that nobody is ever misled by it. */
  discard(): void;
}

/** Who holds a lock, as its holder wrote it down. */
export interface Holder {
  readonly pid: number;
  readonly command: string;
  /** ISO 8601 UTC. */
  readonly since: string;
}

/** Largest document that is written or read: 8 MiB of state, and 64 KiB for everything around it. */
export const MAX_BYTES = 8 * 1024 * 1024 + 64 * 1024;
