import type { Streams } from "./facts.ts";
import { isHandle, type Kernel, STANDARD } from "./windows-native.ts";
import { type MsysPty, parseFileName, parsePtyPipe } from "./windows-pipe.ts";

const FILE_TYPES: Readonly<Record<number, string>> = { 1: "file", 2: "character device", 3: "pipe" };
const FILE_TYPE_PIPE = 3;
/** `FileNameInfo` of FILE_INFO_BY_HANDLE_CLASS (minwinbase.h). */
const FILE_NAME_INFO = 2;
/** Twice what a path can have (32,767 units), and a pipe's name is far shorter. */
const NAME_BYTES = 4096;

/** What each standard stream is: a pipe by its name, else its kind (a console and NUL are character devices). */
export function readStreams(kernel: Kernel): Streams {
  const [stdin = "closed", stdout = "closed", stderr = "closed"] = STANDARD.map((which) => {
    const handle = kernel.GetStdHandle(which);
    if (!isHandle(handle)) return "closed";
    return pipeName(kernel, handle) ?? FILE_TYPES[kernel.GetFileType(handle)] ?? "unknown";
  });
  return [stdin, stdout, stderr];
}

/**
 * The MSYS or Cygwin terminal that a standard stream leads to. Standard input is asked last: on a pipe that another
 * process waits to read from, a question waits as well.
 */
export function findMsysPty(kernel: Kernel): MsysPty | null {
  for (const which of STANDARD.toReversed()) {
    const handle = kernel.GetStdHandle(which);
    const pty = isHandle(handle) ? parsePtyPipe(pipeName(kernel, handle) ?? "") : null;
    if (pty !== null) return pty;
  }
  return null;
}

/** The name of a pipe; other handles are not asked, their kind says enough. */
function pipeName(kernel: Kernel, handle: bigint): string | undefined {
  if (kernel.GetFileType(handle) !== FILE_TYPE_PIPE) return undefined;
  const bytes = new Uint8Array(NAME_BYTES);
  if (kernel.GetFileInformationByHandleEx(handle, FILE_NAME_INFO, bytes, bytes.length) === 0) {
    return undefined;
  }
  const name = parseFileName(bytes);
  return name.ok && name.value !== "" ? name.value : undefined;
}
