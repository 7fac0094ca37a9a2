import { cString } from "./c-string.ts";
import { ffi } from "./ffi-bun.ts";
import type { Host } from "./host.ts";

/*
 * The runtime ends by abort(3) where it is refused a thread (`ulimit -u`, pids.max, a seccomp filter), before a command
 * could say anything. It does without threads when these variables say so, which it reads at its start; so we find out,
 * and start anew in the same process.
 */
const WITHOUT: readonly string[] = [
  "BUN_JSC_useWarmUpMarkedBlocks=0",
  "BUN_JSC_useConcurrentJIT=0",
  "BUN_JSC_useConcurrentGC=0",
  "BUN_JSC_numberOfGCMarkers=1",
];

/** As much as the kernel hands to a program: see `host-bun.ts`. */
const MOST_BYTES = 1 << 21;
const O_RDONLY_CLOEXEC = 0o2000000;

/** As many as the runtime may start. */
const THREADS = 16;

/**
 * Begin again without threads where none or too few can be had. To find out takes a tenth of a millisecond: a thread
 * that does nothing is made.
 *
 * @returns whether threads can be had
 */
export function threadsOrRestart(host: Host): boolean {
  if (isScarce(host) || !isGranted()) {
    restart();
    return false;
  }
  return true;
}

/** Whether the user may have so few processes and threads that one more tells nothing. Root's are not counted. */
function isScarce(host: Host): boolean {
  const limits = host.readText("/proc/self/limits", 4096);
  if (!limits.ok) return false;
  const at = limits.value.indexOf("Max processes");
  const most = parseInt(limits.value.slice(at + 13, at + 47), 10);
  // deno-lint-ignore no-process-global -- importing node:process costs every start 0.1 ms
  return at >= 0 && most < THREADS && process.geteuid?.() !== 0;
}

function isGranted(): boolean {
  const { symbols } = ffi.dlopen("libc.so.6", {
    pthread_create: { args: ["ptr", "ptr", "ptr", "ptr"], returns: "i32" },
    pthread_detach: { args: ["u64"], returns: "i32" },
    // What the thread does.
    getpid: { args: [], returns: "i32" },
  });
  const thread = new BigUint64Array(1);
  const { ptr } = symbols.getpid as unknown as { ptr: import("bun:ffi").Pointer };
  if (symbols.pthread_create(thread, null, ptr, null) !== 0) return false;
  symbols.pthread_detach(thread[0] ?? 0n);
  return true;
}

function restart(): void {
  // deno-lint-ignore no-process-global -- importing node:process costs every start 0.1 ms
  const { env, execPath } = process;
  if (WITHOUT.every((variable) => env[nameOf(variable)] === "0" || env[nameOf(variable)] === "1")) {
    // For us alone, not for what we start.
    for (const variable of WITHOUT) delete env[nameOf(variable)];
    return;
  }
  const { symbols } = ffi.dlopen("libc.so.6", {
    open: { args: ["ptr", "i32"], returns: "i32" },
    read: { args: ["i32", "ptr", "u64"], returns: "i64" },
    close: { args: ["i32"], returns: "i32" },
    execve: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
  });
  const bytesOf = (path: string): Uint8Array => {
    const fd = symbols.open(cString(path), O_RDONLY_CLOEXEC);
    if (fd < 0) return new Uint8Array();
    const bytes = new Uint8Array(MOST_BYTES);
    let filled = 0;
    for (let got = 1; got > 0 && filled < MOST_BYTES; filled += got > 0 ? got : 0) {
      got = Number(symbols.read(fd, bytes.subarray(filled), MOST_BYTES - filled));
    }
    symbols.close(fd);
    return bytes.subarray(0, filled);
  };
  const words = bytesOf("/proc/self/cmdline");
  const variables = bytesOf("/proc/self/environ");
  // Without /proc, or where not even this is granted, we go on and hope for the best.
  if (words.length === 0) return;
  const all = new Uint8Array(variables.length + MOST_BYTES / 1024);
  const own = cString(`${WITHOUT.join("\0")}\0`);
  // In front, since the first of two counts.
  all.set(own.subarray(0, -1));
  all.set(variables, own.length - 1);
  symbols.execve(
    cString(execPath),
    pointersTo(words),
    pointersTo(all.subarray(0, own.length - 1 + variables.length)),
  );
}

const nameOf = (variable: string): string => variable.slice(0, variable.indexOf("="));

/** The NULL-terminated array of the addresses of strings that each end with a NUL. They must outlive its use. */
function pointersTo(strings: Uint8Array): BigUint64Array {
  const base = ffi.ptr(strings);
  const addresses: bigint[] = [];
  for (let at = 0; at < strings.length; at = strings.indexOf(0, at) + 1) addresses.push(BigInt(base + at));
  return new BigUint64Array([...addresses, 0n]);
}
