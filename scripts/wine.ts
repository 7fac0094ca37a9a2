/**
 * Windows without Windows: a Wine prefix in which the compiled `.exe` runs, and the C programs that the tests start
 * it with. `bun scripts/wine.ts DIRECTORY` makes both there, for a look around by hand.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** Debian packages, and a program of each by which it is known to be there. `setup.ts` installs them. */
export const WINE_PROGRAMS: Readonly<Record<string, string>> = {
  "gcc-mingw-w64-x86-64-win32": "x86_64-w64-mingw32-gcc",
  wine: "wine",
  xvfb: "Xvfb",
};

const SOURCES = join(import.meta.dir, "..", "test", "windows");
const COMPILER = ["x86_64-w64-mingw32-gcc", "-O2", "-s", "-Wall", "-Wextra", "-Werror"];

/** What every Wine program is run with: nothing of this machine's but a PATH, and no talk on standard error. */
export function wineEnv(directory: string): Record<string, string> {
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: directory,
    LANG: "C.UTF-8",
    WINEPREFIX: join(directory, "prefix"),
    WINEDEBUG: "-all",
    // Neither .NET nor a browser: their installers would ask questions.
    WINEDLLOVERRIDES: "mscoree,mshtml=",
  };
}

function must(command: string[], options: { env?: Record<string, string>; cwd?: string } = {}): void {
  const done = Bun.spawnSync(command, { stdin: "ignore", stdout: "ignore", stderr: "pipe", ...options });
  if (!done.success) throw new Error(`Cannot run ${command.join(" ")}:\n${done.stderr}`);
}

/** Compile the programs of `test/windows` into a directory. */
export function compilePrograms(directory: string): void {
  for (const name of ["hold", "launch", "pseudoconsole"]) {
    must([...COMPILER, "-municode", "-o", join(directory, `${name}.exe`), join(SOURCES, `${name}.c`)]);
  }
}

/**
 * Make a prefix below a directory, with the DLL that Bun's runtime wants and Wine before 8.14 does not have.
 * Without a display: what a fresh prefix opens a window for would wait there for an answer.
 */
export function makePrefix(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const env = wineEnv(directory);
  must(["wineboot", "--init"], { env });
  must(["wineserver", "--wait"], { env });
  const dll = join(directory, "bcryptprimitives.dll");
  must([...COMPILER, "-shared", "-o", dll, join(SOURCES, "bcryptprimitives.c"), "-ladvapi32"]);
  copyFileSync(dll, join(directory, "prefix", "drive_c", "windows", "system32", "bcryptprimitives.dll"));
}

if (import.meta.main) {
  const [directory] = process.argv.slice(2);
  if (directory === undefined) throw new Error("Type the directory to make: bun scripts/wine.ts DIRECTORY");
  makePrefix(directory);
  compilePrograms(directory);
}
