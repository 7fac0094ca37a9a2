import { ffi } from "./ffi-bun.ts";

/*
 * Asked of libc, on Linux: the runtime compiles its node:tty, and all that this needs, whenever it is loaded, which
 * takes 3 ms. Opened by the few who ask.
 */
const isattyAs = { args: ["i32"], returns: "i32" } as const;
const ioctlAs = { args: ["i32", "i64", "ptr"], returns: "i32" } as const;

export const isTerminal = (stream: number): boolean =>
  ffi.dlopen("libc.so.6", { isatty: isattyAs }).symbols.isatty(stream) === 1;

/** TIOCGWINSZ of ioctl_tty(2), the same on every architecture that we have binaries for. */
const GET_SIZE = 0x5413;

/** Columns of the terminal that a stream is; 0 where it is none, or does not know. */
export function columnsOf(stream: number): number {
  // struct winsize: rows, columns, and both in pixels.
  const size = new Uint16Array(4);
  const { ioctl } = ffi.dlopen("libc.so.6", { ioctl: ioctlAs }).symbols;
  return ioctl(stream, GET_SIZE, size) === 0 ? size[1] ?? 0 : 0;
}
