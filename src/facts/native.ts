import process from "node:process";

/**
 * Calls into the system's own libraries, declared once and made by `bun:ffi` or by `Deno.dlopen`.
 *
 * A declaration lists the C types: `u32` and `i32` as they are (DWORD, BOOL, pid_t), `u64` for everything as wide
 * as a pointer that is only handed on (HANDLE, HWND, size_t), `bytes` for a pointer to memory of ours, or null.
 */
export type Parameter = "u32" | "i32" | "u64" | "bytes";
export type Result = "u32" | "i32" | "u64";
export type Declarations = Readonly<
  Record<string, { readonly args: readonly Parameter[]; readonly returns: Result }>
>;

interface Values {
  u32: number;
  i32: number;
  u64: bigint;
  bytes: Uint8Array<ArrayBuffer> | null;
}

type Arguments<T extends readonly Parameter[]> = { [At in keyof T]: Values[T[At]] };

/** The functions of a library, typed by their declarations. */
export type Functions<D extends Declarations> = {
  readonly [Name in keyof D]: (...args: Arguments<D[Name]["args"]>) => Values[D[Name]["returns"]];
};

/** How the runtimes spell the one type that has several names. */
const BUN_TYPES = { u32: "u32", i32: "i32", u64: "u64", bytes: "ptr" } as const;
const DENO_TYPES = { u32: "u32", i32: "i32", u64: "u64", bytes: "buffer" } as const;

/**
 * Open a library of the system and take functions from it. It stays open until the process ends.
 *
 * @param library its name as the loader finds it. On Windows only names of the registry's KnownDLLs list are safe
 *   here (kernel32, advapi32, user32; ntdll is mapped before anything else): any other is looked for in the
 *   directory of the executable and in the current one
 * @throws TypeError where the library or one of the functions is missing
 */
export function openLibrary<const D extends Declarations>(library: string, declarations: D): Functions<D> {
  if ("Bun" in globalThis) return symbols<D>(bunFfi().dlopen(library, forBun(declarations)));
  if (typeof BERTH_SYSTEM !== "string" && "Deno" in globalThis) {
    return symbols<D>(Deno.dlopen(library, forDeno(declarations)));
  }
  throw new TypeError("this runtime has no foreign function interface");
}

/** Taken when it is called for: what awaits an import at its top cannot be loaded by Node's `require`. */
const bunFfi = () => process.getBuiltinModule("bun:ffi") as typeof import("bun:ffi");

/** Both runtimes type what they return by the literal declarations, which are not known here. */
const symbols = <D extends Declarations>(library: { symbols: unknown }): Functions<D> =>
  library.symbols as Functions<D>;

const forBun = (declarations: Declarations) =>
  Object.fromEntries(
    Object.entries(declarations).map(([name, { args, returns }]) => [
      name,
      { args: args.map((type) => BUN_TYPES[type]), returns: BUN_TYPES[returns] },
    ]),
  );

const forDeno = (declarations: Declarations) =>
  Object.fromEntries(
    Object.entries(declarations).map(([name, { args, returns }]) => [
      name,
      { parameters: args.map((type) => DENO_TYPES[type]), result: DENO_TYPES[returns] },
    ]),
  );
