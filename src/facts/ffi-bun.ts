/**
 * The foreign function interface of the runtime without the JavaScript that `bun:ffi` puts around it, which is
 * compiled at every start and takes 0.2 ms where an empty program takes 3. It is what `bun:ffi` itself calls;
 * the names mean what they mean there. Memory of ours is handed to a `ptr` as it is. Under another runtime there is none:
 * whoever may run there asks before he calls.
 */
export const ffi = (globalThis as unknown as { Bun?: { FFI: Ffi } }).Bun?.FFI as Ffi;

type Ffi = Omit<typeof import("bun:ffi"), "CString"> & {
  /** The UTF-8 text of so many bytes in memory, one at least. */
  CString(address: import("bun:ffi").Pointer, offset: number, length: number): string;
};

/**
 * A library that is opened when it is first called, once.
 *
 * @returns a function that has it; null where the machine grants no memory to make calls in: see `host-bun.ts`
 */
export function openedOnce<T>(open: () => T): () => T | null {
  let symbols: T | null | undefined;
  return () => {
    if (symbols !== undefined) return symbols;
    try {
      return symbols = open();
    } catch {
      return symbols = null;
    }
  };
}
