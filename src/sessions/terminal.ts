import { closeSync, openSync } from "node:fs";
import process from "node:process";
import { darwin, libc } from "./libc.ts";

/** The controlling terminal and who has it. */
export interface Terminal {
  /** The process group in the foreground. */
  foreground(): number;
  /** Put a process group into the foreground. */
  give(group: number): void;
  /** Put back the modes that it had when it was opened. */
  restoreModes(): void;
  close(): void;
}

const SIG_DFL = 0;
const SIG_IGN = 1;
const SIGTTOU = 22;
const TCSADRAIN = 1;

/** Larger than any system's `struct termios`. */
const TERMIOS = 256;

/** Our controlling terminal, null where we have none. */
export function openTerminal(): Terminal | null {
  const fd = opened();
  if (fd === null) return null;
  const modes = new Uint8Array(TERMIOS);
  const known = libc.tcgetattr(fd, modes) === 0;
  return {
    foreground: () => libc.tcgetpgrp(fd),
    give: (group) => unstopped(() => libc.tcsetpgrp(fd, group)),
    restoreModes: () => known ? unstopped(() => libc.tcsetattr(fd, TCSADRAIN, modes)) : undefined,
    close: () => closeSync(fd),
  };
}

function opened(): number | null {
  try {
    return openSync("/dev/tty", "r+");
  } catch {
    return null;
  }
}

/** Who changes the terminal from the background is stopped by SIGTTOU, unless it is ignored (tcsetpgrp(3)). */
function unstopped(work: () => number): void {
  libc.signal(SIGTTOU, SIG_IGN);
  work();
  libc.signal(SIGTTOU, SIG_DFL);
}

const SIGTSTP = darwin ? 18 : 20;
const SIGSTOP = darwin ? 17 : 19;

/**
 * Stop our whole process group, as the terminal would have on ^Z, and return when we are continued. A group without
 * anybody who could continue it is not stopped, just as the kernel drops ^Z for it.
 */
export function stopOurselves(): void {
  if (isOrphaned()) return;
  // The others by a signal of their own; we by raise(3), which has stopped us when it returns.
  libc.signal(SIGTSTP, SIG_IGN);
  libc.kill(0, SIGTSTP);
  libc.signal(SIGTSTP, SIG_DFL);
  libc.raise(SIGSTOP);
}

/** Whether our parent is no shell with job control over us (POSIX: orphaned process group). */
function isOrphaned(): boolean {
  const parent = process.ppid;
  return libc.getsid(parent) !== libc.getsid(0) || libc.getpgid(parent) === libc.getpgrp();
}
