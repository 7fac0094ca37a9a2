import { accessSync, constants, statSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, isAbsolute, join } from "node:path";
import process from "node:process";
import { namedBinary, ownTargets, packagedBinary } from "./find.ts";
import { programName } from "./target.ts";

/**
 * The program that a library works by: the one of `BERTH_BINARY`, else that of the installed npm package for this
 * machine, else `berth` on the PATH.
 *
 * @returns its path; undefined where there is none. Whether it starts is not tried
 */
export function installedBinary(): string | undefined {
  return namedBinary() ?? packagedBinary(ownTargets(), createRequire(import.meta.url).resolve) ?? onPath();
}

function onPath(): string | undefined {
  const name = programName(process.platform === "win32" ? "windows" : process.platform);
  // A directory that is none by itself would be one of wherever we happen to be.
  const directories = (process.env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  return directories.map((directory) => join(directory, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
