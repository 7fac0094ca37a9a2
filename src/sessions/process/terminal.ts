import { closeSync, openSync } from "node:fs";
import process from "node:process";
import { actionOf, darwin, libc, setAction } from "./libc.ts";

/** The controlling terminal and who has it. */
export interface ControllingTerminal {
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
export function openTerminal(): ControllingTerminal | null {
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

/** Whether standard input and output are a terminal: the program will want it for itself, and has no partner in a pipe. */
export const isInteractive = (): boolean =>
  [0, 1].every((stream) => libc.tcgetattr(stream, new Uint8Array(TERMIOS)) === 0);

export const SIGTSTP = darwin ? 18 : 20;
const SIGSTOP = darwin ? 17 : 19;

/**
 * Stop our whole process group, as the terminal would have on ^Z, and return when we are continued. A group without
 * anybody who could continue it is not stopped, just as the kernel drops ^Z for it.
 *
 * @param parentOf the parent of a process, null where it cannot be read
 */
export function stopOurselves(parentOf: (pid: number) => number | null): void {
  if (isOrphaned(parentOf)) return;
  // The others by a signal of their own; we by raise(3), which has stopped us when it returns.
  const before = actionOf(SIGTSTP);
  libc.signal(SIGTSTP, SIG_IGN);
  libc.kill(0, SIGTSTP);
  setAction(SIGTSTP, before);
  libc.raise(SIGSTOP);
}

/**
 * Whether there is no shell with job control over our group (POSIX: orphaned process group). Between it and us may be
 * others of the group: a script, make.
 */
function isOrphaned(parentOf: (pid: number) => number | null): boolean {
  let parent: number | null = process.ppid;
  while (parent !== null && parent > 1 && libc.getpgid(parent) === libc.getpgrp()) parent = parentOf(parent);
  return parent === null || libc.getsid(parent) !== libc.getsid(0);
}
