import { readHead } from "./find.ts";

/** The first processor's entry takes some 1.5 kB; reading on would have the kernel describe every other one. */
const ENTRY_BYTES = 4096;

/**
 * Whether a Linux machine with x86_64 lacks what the program needs (SSE4.2, in every processor since 2008, 2011 for
 * AMD's): it would end with SIGILL.
 *
 * @param read gives the beginning of `/proc/cpuinfo`
 * @returns false also where nothing can be told
 */
export function lacksSse42(read: () => string = cpuInfo): boolean {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(read())?.[1];
    return flags !== undefined && !/\bsse4_2\b/.test(flags);
  } catch {
    return false;
  }
}

const cpuInfo = (): string => new TextDecoder().decode(readHead("/proc/cpuinfo", ENTRY_BYTES));
