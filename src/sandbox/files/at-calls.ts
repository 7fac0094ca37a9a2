/**
 * renameat(2), mkdirat(2) and unlinkat(2), for systems that have no `/proc/self/fd` by which node:fs could work
 * below a descriptor (macOS). Linux has them too, so they are tested there.
 */
import { constants } from "node:os";

export interface AtCalls {
  rename(directory: number, from: string, to: string): void;
  mkdir(directory: number, name: string): void;
  unlink(directory: number, name: string): void;
}

type Text = Uint8Array<ArrayBuffer>;

interface Symbols {
  renameat(from: number, name: Text, to: number, newName: Text): number;
  mkdirat(directory: number, name: Text, mode: number): number;
  unlinkat(directory: number, name: Text, flags: number): number;
}

interface Loaded {
  readonly symbols: Symbols;
  readonly errno: () => number;
}

async function loadBun(library: string, location: "__error" | "__errno_location"): Promise<Loaded> {
  const { dlopen, read } = await import("bun:ffi");
  const { symbols } = dlopen(library, {
    renameat: { args: ["i32", "ptr", "i32", "ptr"], returns: "i32" },
    mkdirat: { args: ["i32", "ptr", "u32"], returns: "i32" },
    unlinkat: { args: ["i32", "ptr", "i32"], returns: "i32" },
    [location]: { args: [], returns: "ptr" },
  });
  const errno = () =>
    read.i32((symbols as Record<string, () => Parameters<typeof read.i32>[0]>)[location]?.() as never, 0);
  return { symbols: symbols as unknown as Symbols, errno };
}

function loadDeno(library: string, location: "__error" | "__errno_location"): Loaded {
  const { symbols } = Deno.dlopen(library, {
    renameat: { parameters: ["i32", "buffer", "i32", "buffer"], result: "i32" },
    mkdirat: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    unlinkat: { parameters: ["i32", "buffer", "i32"], result: "i32" },
    errno: { name: location, parameters: [], result: "pointer" },
  });
  const errno = () => {
    const pointer = symbols.errno();
    return pointer === null ? 0 : new Deno.UnsafePointerView(pointer).getInt32();
  };
  return { symbols, errno };
}

/** An error as node:fs throws it. */
function systemError(errno: number, call: string): Error {
  const name = Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ??
    `errno ${errno}`;
  return Object.assign(new Error(`${name}: ${call} failed`), { code: name });
}

/** The calls, or null where they cannot be made (Windows; Deno without --allow-ffi). */
export async function loadAtCalls(): Promise<AtCalls | null> {
  if (process.platform === "win32") return null;
  const [library, location] = process.platform === "darwin"
    ? ["libSystem.B.dylib", "__error"] as const
    : ["libc.so.6", "__errno_location"] as const;
  try {
    const loaded = typeof BERTH_SYSTEM !== "string" && "Deno" in globalThis
      ? loadDeno(library, location)
      : await loadBun(library, location);
    return wrap(loaded);
  } catch {
    return null;
  }
}

function wrap({ symbols, errno }: Loaded): AtCalls {
  const text = (name: string): Text => new TextEncoder().encode(`${name}\0`);
  const checked = (call: string, result: number): void => {
    if (result !== 0) throw systemError(errno(), call);
  };
  return {
    rename: (fd, from, to) => checked("renameat", symbols.renameat(fd, text(from), fd, text(to))),
    mkdir: (fd, name) => checked("mkdirat", symbols.mkdirat(fd, text(name), 0o777)),
    unlink: (fd, name) => checked("unlinkat", symbols.unlinkat(fd, text(name), 0)),
  };
}
