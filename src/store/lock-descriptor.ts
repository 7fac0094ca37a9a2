import * as files from "./files.ts";
import type { LockFile } from "./lock-file.ts";
import { quietly } from "./naming.ts";

/** How one runtime locks an open file, and lets go of it. */
export interface DescriptorLock {
  readonly tryLock: () => boolean;
  readonly close: () => void;
}

/** A lock file that is open as `fd`: all but the locking itself is the same for every runtime that has descriptors. */
export function lockFileOf(path: string, fd: number, { tryLock, close }: DescriptorLock): LockFile {
  return {
    tryLock,
    inPlace() {
      const [there, here] = [files.lstat(path), files.fstat(fd)];
      return there !== null && there.ino === here.ino && there.dev === here.dev;
    },
    note: (text) => files.overwrite(fd, text),
    close,
    remove() {
      // One that cannot be removed is in nobody's way, and is found by the doctor.
      quietly(() => files.unlink(path));
      close();
    },
  };
}
