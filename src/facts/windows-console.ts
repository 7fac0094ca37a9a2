import { type Console, known, type Reading, unknown } from "./facts.ts";
import { isHandle, type Kernel, openConsoles, openWindows, STANDARD } from "./windows-native.ts";
import { parseProcessList } from "./windows-records.ts";

/** GetConsoleProcessList tells how many there are when they do not fit; more than this is a fork bomb. */
const FIRST_GUESS = 64;
const MAX_ATTACHED = 1 << 14;

/**
 * The console that we are attached to at this moment. Its window is looked at only when somebody asks: user32.dll,
 * which is needed for that, takes longer to load than all that a plain `berth id` does.
 */
export function readConsole(kernel: Kernel): Reading<Console> {
  const pids = processList(kernel, FIRST_GUESS);
  if (!pids.ok) return pids;
  const handle = kernel.GetConsoleWindow();
  return known({
    pids: pids.value,
    window: handle !== 0n,
    get visible() {
      return handle !== 0n && isVisible(handle);
    },
  });
}

function isVisible(window: bigint): boolean {
  try {
    return openWindows().IsWindowVisible(window) !== 0;
  } catch {
    // A Windows without windows (Nano Server) has no user32.dll.
    return false;
  }
}

function processList(kernel: Kernel, room: number): Reading<readonly number[]> {
  const bytes = new Uint8Array(4 * room);
  const count = kernel.GetConsoleProcessList(bytes, room);
  return count > room && count <= MAX_ATTACHED
    ? processList(kernel, 2 * count)
    : parseProcessList(bytes, count);
}

const STDOUT = STANDARD[1];
/** `STARTUPINFOW` (processthreadsapi.h, 64-bit): its size, the flags at 60; and the flag for given handles. */
const STARTUP_INFO = { size: 104, flags: 60 } as const;
const STARTF_USESTDHANDLES = 0x100;

/**
 * Looks at other processes' consoles. A program sees only the console that it is attached to, so ours is left and
 * that process's joined for the moment of two questions. What the program prints is not touched: FreeConsole
 * closes standard handles only where Windows itself had opened them, for a console that was made for us, and
 * handles that came from elsewhere work again with the next console (measured by
 * https://github.com/rprichard/win32-console-docs, "Modern semantics"; Windows 8 and later).
 *
 * @param parent our parent process
 */
export function openVisitor(kernel: Kernel, own: Reading<Console>, parent: number) {
  const consoles = openConsoles();
  const home = own.ok && own.value.pids.includes(parent) ? parent : undefined;
  const allowed = mayLeave(kernel, consoles, own, home);
  let attached = own.ok;
  /** What AttachConsole put into the standard handles: FreeConsole closes what it finds there, so not ours. */
  let theirs: readonly bigint[] | undefined;

  function detach(): void {
    if (!attached) return;
    if (theirs !== undefined) setStandard(consoles, theirs);
    consoles.FreeConsole();
    attached = false;
    theirs = undefined;
  }

  function attach(pid: number): boolean {
    attached = consoles.AttachConsole(pid) !== 0;
    if (attached) theirs = standard(kernel);
    return attached;
  }

  function visit(pid: number): Reading<Console> {
    if (!allowed.ok) return allowed;
    const ours = standard(kernel);
    try {
      detach();
      return attach(pid) ? readConsole(kernel) : unknown("no console that could be joined");
    } finally {
      detach();
      if (home !== undefined) attach(home);
      setStandard(consoles, ours);
    }
  }

  return { allowed, visit };
}

type Consoles = ReturnType<typeof openConsoles>;

const standard = (kernel: Kernel): readonly bigint[] => STANDARD.map((which) => kernel.GetStdHandle(which));

function setStandard(consoles: Consoles, handles: readonly bigint[]): void {
  STANDARD.forEach((which, at) => consoles.SetStdHandle(which, handles[at] ?? 0n));
}

/**
 * Whether our console can be left without a loss. With our parent attached to it we can come back to it; a console
 * that nobody else holds open ends with our leaving, and then no output may be on its way to it.
 */
function mayLeave(
  kernel: Kernel,
  consoles: Consoles,
  own: Reading<Console>,
  home: number | undefined,
): Reading<null> {
  if (!own.ok || home !== undefined) return known(null);
  const ours = STANDARD.filter((which) => isConsole(consoles, kernel.GetStdHandle(which)));
  if (ours.includes(STDOUT)) {
    return unknown("our console ends when it is left, and standard output goes there");
  }
  // A handle that Windows opened is closed by FreeConsole, and its number would be the next file's.
  return ours.length === 0 || handlesWereGiven(consoles)
    ? known(null)
    : unknown("standard streams would be closed");
}

const isConsole = (consoles: Consoles, handle: bigint): boolean =>
  isHandle(handle) && consoles.GetConsoleMode(handle, new Uint8Array(4)) !== 0;

function handlesWereGiven(consoles: Consoles): boolean {
  const info = new Uint8Array(STARTUP_INFO.size);
  consoles.GetStartupInfoW(info);
  return (new DataView(info.buffer).getUint32(STARTUP_INFO.flags, true) & STARTF_USESTDHANDLES) !== 0;
}
