import * as files from "./files.ts";
import type { LockFile } from "./lock-file.ts";
import { quietly } from "./naming.ts";

const encoder = new TextEncoder();

/** Open the lock file at `path`, making it where it is missing. Deno's own lock is flock(2), without FFI. */
export function openLockFile(path: string): LockFile {
  if (files.lstat(path)?.isSymbolicLink() === true) throw new Error("it is a symbolic link");
  const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
  const close = () => {
    file.unlockSync();
    file.close();
  };
  return {
    tryLock: () => file.tryLockSync(true),
    inPlace() {
      const [there, here] = [files.lstat(path), file.statSync()];
      return there !== null && there.ino === here.ino && there.dev === here.dev;
    },
    note(text) {
      file.truncateSync(0);
      file.seekSync(0, Deno.SeekMode.Start);
      if (text !== "") file.writeSync(encoder.encode(text));
    },
    close,
    remove() {
      // One that cannot be removed is in nobody's way, and is found by the doctor.
      quietly(() => files.unlink(path));
      close();
    },
  };
}
