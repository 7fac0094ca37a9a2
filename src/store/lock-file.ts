/** An open lock file, which may or may not be held. One implementation for each runtime and kind of system. */
export interface LockFile {
  /** Take the lock when nobody has it; never waits. The kernel gives it back when we end, however that comes. */
  tryLock(): boolean;
  /** Whether the path still leads to this very file, and not to one made after it was unlinked. */
  inPlace(): boolean;
  /** Replace the content, by which others learn who holds the lock. */
  note(text: string): void;
  /** Close it, and the lock is free. */
  close(): void;
  /** Close it and unlink it, while it is held as far as the system allows that. */
  remove(): void;
}

export type OpenLockFile = (path: string) => LockFile;
