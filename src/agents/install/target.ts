import process from "node:process";
import { fail, quotePath } from "../../errors/errors.ts";
import * as files from "../../store/files.ts";
import { quietly, reading, writing } from "../../store/naming.ts";

/** A user's configuration file, or where it is going to be. */
export interface ConfigFile {
  /** As the agent names it. */
  readonly path: string;
  /** Where it really is: a symbolic link stays, and what it leads to is replaced. */
  readonly real: string;
  /** Its bytes as text, with its byte order mark; null where there is none. */
  readonly text: string | null;
}

const MAX_BYTES = 8 * 1024 * 1024;
const BOM = "\ufeff";

/**
 * Look at it, before anything changes.
 *
 * @throws `agent_file_refused` for what is another user's, read-only, a link to nowhere, or no text file
 */
export function openTarget(path: string): ConfigFile {
  const refuse = (why: string) => fail("agent_file_refused", { file: quotePath(path), why });
  const real = reading(path, () => realPathOf(path, refuse));
  const found = reading(real, () => files.lstat(real));
  checkOwner(found === null ? nearest(real) : real, refuse);
  if (found === null) return { path, real, text: null };
  if (!found.isFile()) throw refuse("it is no regular file");
  if ((found.mode & 0o200) === 0) throw refuse("it is read-only");
  if (found.size > MAX_BYTES) throw refuse("it is larger than any configuration");
  return { path, real, text: reading(real, () => contentOf(real, refuse)) };
}

type Refuse = (why: string) => Error;

function realPathOf(path: string, refuse: Refuse): string {
  if (files.lstat(path)?.isSymbolicLink() !== true) return path;
  try {
    return files.realPath(path);
  } catch {
    throw refuse("it is a symbolic link that leads nowhere");
  }
}

/** The nearest directory above that is there. */
function nearest(path: string): string {
  let above = path;
  do {
    const cut = above.search(/[\\/][^\\/]*$/);
    above = cut <= 0 ? "/" : above.slice(0, cut);
  } while (above !== "/" && files.lstat(above) === null);
  return above;
}

/** In somebody else's home, as root too, is nothing of ours to change: the file would be root's then. */
function checkOwner(path: string, refuse: Refuse): void {
  const uid = process.getuid?.();
  const found = reading(path, () => files.lstat(path));
  if (uid === undefined || found === null || found.uid === uid) return;
  throw refuse(`it belongs to user ${found.uid}, not to user ${uid}`);
}

function contentOf(path: string, refuse: Refuse): string {
  const fd = files.openToRead(path);
  try {
    const bytes = files.readUpTo(fd, files.fstat(fd).size);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw refuse("it is no UTF-8 text");
    throw error;
  } finally {
    files.closeSync(fd);
  }
}

/** The text without a byte order mark, and what is to be put before it again. */
export function withoutMark(text: string | null): { mark: string; rest: string | null } {
  if (text === null || !text.startsWith(BOM)) return { mark: "", rest: text };
  return { mark: BOM, rest: text.slice(1) };
}

/** Replace it whole: a new file beside it with the same mode, synced and renamed. Directories are made where missing. */
export function replaceTarget({ real }: ConfigFile, text: string): void {
  writing(real, () => {
    const cut = real.search(/[\\/][^\\/]*$/);
    files.mkdirSync(real.slice(0, cut) || "/", { recursive: true });
    const mode = files.lstat(real)?.mode ?? 0o600;
    const temporary = `${real}.berth-${process.pid}.tmp`;
    const fd = files.openNew(temporary);
    try {
      files.writeAll(fd, new TextEncoder().encode(text));
      if (!files.windows) files.fchmodSync(fd, mode & 0o7777);
      files.fsyncSync(fd);
    } catch (error) {
      quietly(() => files.unlink(temporary));
      throw error;
    } finally {
      files.closeSync(fd);
    }
    try {
      files.rename(temporary, real);
    } catch (error) {
      quietly(() => files.unlink(temporary));
      throw error;
    }
  });
}

export const removeTarget = ({ real }: ConfigFile): void => writing(real, () => void files.unlink(real));
