import { readFileSync, statSync } from "node:fs";
import process from "node:process";
import { fail, quotePath } from "../../errors/errors.ts";
import type { DatabaseServer } from "./server.ts";

/**
 * The password that the user's file keeps (PostgreSQL's documentation, "The Password File"): `host:port:database:user:password`,
 * `*` for any, the first line that fits. Null where there is no file or no such line.
 *
 * @throws `open_password_file` where others may read it: libpq takes no password from such a file either
 */
export function passwordFor(
  { host, port }: DatabaseServer,
  database: string,
  user: string,
  variables: Readonly<Record<string, string | undefined>>,
  home: string,
): string | null {
  const windows = process.platform === "win32";
  const own = windows ? `${variables["APPDATA"] ?? home}\\postgresql\\pgpass.conf` : `${home}/.pgpass`;
  const file = variables["PGPASSFILE"] ?? own;
  const text = read(file, windows);
  if (text === null) return null;
  const wanted = [host.startsWith("/") ? "localhost" : host, String(port), database, user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = fieldsOf(line);
    if (fields.length < 5) continue;
    if (wanted.every((one, at) => fields[at] === "*" || fields[at] === one)) return fields[4] ?? null;
  }
  return null;
}

function read(file: string, windows: boolean): string | null {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return null;
  if (!windows && (found.mode & 0o077) !== 0) throw fail("open_password_file", { file: quotePath(file) });
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** The fields of a line; the password is all of the rest. `\:` and `\\` stand for the characters themselves. */
function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  let field = "";
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? "";
    if (character === "\\" && at + 1 < line.length) field += line[at += 1] ?? "";
    else if (character === ":" && fields.length < 4) {
      fields.push(field);
      field = "";
    } else field += character;
  }
  return [...fields, field];
}
