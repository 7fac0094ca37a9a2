/**
 * The child must not outlive its purpose. The parent kills it at its limit; should the parent itself be killed,
 * nobody is left to do so, and a script that loops cannot notice. So the kernel is told beforehand.
 */

/** `PR_SET_PDEATHSIG` of prctl(2). */
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;
/** `RLIMIT_CPU` of getrlimit(2), the same on Linux and macOS. */
const RLIMIT_CPU = 0;
/** Processor seconds beyond the time limit: starting takes some, and several threads may run at once. */
const SPARE_SECONDS = 10;

interface Kernel {
  readonly setrlimit: (resource: number, limit: Uint8Array<ArrayBuffer>) => number;
  /** Linux only. */
  readonly prctl: ((option: number, argument: bigint) => number) | null;
}

async function bunKernel(linux: boolean): Promise<Kernel> {
  const { dlopen } = await import("bun:ffi");
  const setrlimit = { args: ["i32", "ptr"], returns: "i32" } as const;
  const prctl = { args: ["i32", "u64"], returns: "i32" } as const;
  if (!linux) return { setrlimit: dlopen("libSystem.B.dylib", { setrlimit }).symbols.setrlimit, prctl: null };
  return dlopen("libc.so.6", { setrlimit, prctl }).symbols;
}

function denoKernel(linux: boolean): Kernel {
  const setrlimit = { parameters: ["i32", "buffer"], result: "i32" } as const;
  const prctl = { parameters: ["i32", "u64"], result: "i32" } as const;
  if (!linux) {
    return { setrlimit: Deno.dlopen("libSystem.B.dylib", { setrlimit }).symbols.setrlimit, prctl: null };
  }
  return Deno.dlopen("libc.so.6", { setrlimit, prctl }).symbols;
}

async function loadKernel(linux: boolean): Promise<Kernel | null> {
  try {
    return typeof BERTH_SYSTEM !== "string" && "Deno" in globalThis
      ? denoKernel(linux)
      : await bunKernel(linux);
  } catch {
    return null; // no libc by that name: the parent's own limits are left
  }
}

/**
 * End with the parent (Linux), and after so much processor time in any case (Linux, macOS). On Windows neither
 * is there, which `docs/sandbox.md` says.
 *
 * @param parent the PID that started us: if it is not our parent any more, it is gone already
 * @param seconds the script's time limit
 */
export async function endWithParent(parent: number, seconds: number): Promise<void> {
  if (process.platform === "win32") return;
  const kernel = await loadKernel(process.platform === "linux");
  const limit = BigInt(Math.ceil(seconds) + SPARE_SECONDS);
  kernel?.setrlimit(RLIMIT_CPU, new Uint8Array(new BigUint64Array([limit, limit]).buffer));
  kernel?.prctl?.(PR_SET_PDEATHSIG, BigInt(SIGKILL));
  if (process.ppid !== parent) process.exit(1);
}
