import { closeSync, openSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { arch, env, execPath, platform } from "node:process";
import { elfInterpreter, HEADER_BYTES } from "./elf-interpreter.ts";
import { nativePackage } from "./names.ts";
import { programName, targetsOf } from "./target.ts";

/** A file's first bytes, fewer where it has fewer. @throws Error where it cannot be read */
export function readHead(path: string, bytes: number): Uint8Array {
  const file = openSync(path, "r");
  try {
    const head = new Uint8Array(bytes);
    return head.subarray(0, readSync(file, head, 0, bytes, 0));
  } finally {
    closeSync(file);
  }
}

function ownInterpreter(): string | undefined {
  if (platform !== "linux") return undefined;
  try {
    return elfInterpreter(readHead(execPath, HEADER_BYTES));
  } catch {
    return undefined;
  }
}

/** The targets of the machine that this runs on. */
export const ownTargets = (): string[] => targetsOf({ platform, arch, interpreter: ownInterpreter() });

/** The program that `BERTH_BINARY` names; undefined where it names none. */
export const namedBinary = (): string | undefined => {
  const named = env["BERTH_BINARY"];
  return named === "" ? undefined : named;
};

/**
 * The program of an installed npm package.
 *
 * @param resolve finds a file of a package: `require.resolve`
 * @returns undefined where none of the packages is installed
 */
export function packagedBinary(
  targets: readonly string[],
  resolve: (name: string) => string,
): string | undefined {
  for (const target of targets) {
    try {
      return join(dirname(resolve(`${nativePackage(target)}/package.json`)), "bin", programName(target));
    } catch {
      // Not installed; what that means is for the caller to say.
    }
  }
  return undefined;
}
