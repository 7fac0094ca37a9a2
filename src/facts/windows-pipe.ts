import { known, type Reading, unknown } from "./facts.ts";
import { decodeUtf16 } from "./utf16.ts";

/** The pseudoterminal of an MSYS or Cygwin terminal (MinTTY, as Git Bash has it). */
export interface MsysPty {
  /** `pty0`: counts up in one installation, and is used again. */
  readonly pty: string;
  /** `msys-dd50a72ab4668b33-pty0`: the same with the installation in it. */
  readonly pipe: string;
}

/**
 * The pipes of such a terminal, as fhandler_pty of Cygwin names them: `\msys-<hash of the installation>-pty<N>-`
 * and `to-master`, `from-master`, either with `-nat` behind it for programs that are not Cygwin's.
 */
const PTY_PIPE = /^\\((?:msys|cygwin|mingw)-[0-9a-f]{1,16}-(pty\d{1,5}))-(?:to|from)-master(?:-nat|-cyg)?$/i;

/** Bytes before the name in `FILE_NAME_INFO` (minwinbase.h): its length in bytes, 32 bits. */
const HEADER = 4;

/**
 * Read `FILE_NAME_INFO`.
 *
 * @returns the name; unknown where its length is odd or points outside of the buffer
 */
export function parseFileName(bytes: Uint8Array): Reading<string> {
  if (bytes.length < HEADER) return unknown(`a file name record of ${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, HEADER).getUint32(0, true);
  if (length % 2 !== 0) return unknown(`a file name of ${length} bytes, an odd number`);
  if (length > bytes.length - HEADER) {
    return unknown(`a file name of ${length} bytes, more than the buffer holds`);
  }
  return known(decodeUtf16(bytes.subarray(HEADER, HEADER + length)));
}

/** The terminal that a pipe of this name belongs to. @returns null for every other name */
export function parsePtyPipe(name: string): MsysPty | null {
  const [, pipe, pty] = PTY_PIPE.exec(name) ?? [];
  return pipe === undefined || pty === undefined
    ? null
    : { pipe: pipe.toLowerCase(), pty: pty.toLowerCase() };
}
