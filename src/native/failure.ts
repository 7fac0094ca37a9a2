import { nativePackage, NPM } from "./names.ts";

/** What the launcher says when it cannot start the program, in the form of every failure of berth. */
export interface Failure {
  readonly code: string;
  /** As a shell has it: 127 where there is no program, 126 where it cannot be started. */
  readonly exit: 126 | 127;
  readonly message: string;
  readonly hint: string;
}

const quoted = (text: string): string => JSON.stringify(text);

/** How the launcher was installed, as far as its place and the environment tell. */
export interface Installed {
  /** The launcher's own file, links resolved. */
  readonly file: string;
  /** What package managers put into the environment of what they start: `pnpm/10.1.0 npm/? node/v24.0.0 linux x64`. */
  readonly userAgent: string | undefined;
  readonly version: string;
}

/** What adds a package to where the launcher is installed, and leaves `package.json` as it is where it can. */
function addCommand({ file, userAgent = "", version }: Installed, target: string): string {
  const name = `${nativePackage(target)}@${version}`;
  const path = file.replaceAll("\\", "/");
  if (/\.bun\/install\/global\//.test(path)) return `bun add --global ${name}`;
  if (/\/pnpm\/global\//.test(path)) return `pnpm add --global ${name}`;
  if (/\/node_modules\/\.pnpm\//.test(path) || userAgent.startsWith("pnpm/")) {
    return `pnpm add --save-optional ${name}`;
  }
  if (userAgent.startsWith("yarn/1.")) return `yarn add --optional ${name}`;
  if (userAgent.startsWith("yarn/")) return `yarn add ${name}`;
  if (userAgent.startsWith("bun/")) return `bun add --optional ${name}`;
  // npm's global packages are in PREFIX/lib/node_modules, on Windows in %APPDATA%/npm/node_modules.
  const isGlobal = /\/(lib|npm)\/node_modules\/(@[^/]+\/)?[^/]+\/bin\/[^/]+$/.test(path);
  return isGlobal ? `npm install --global ${name}` : `npm install --no-save ${name}`;
}

export function notBuilt(platform: string, arch: string): Failure {
  return {
    code: "unsupported_platform",
    exit: 127,
    message: `There is no berth for the system ${quoted(platform)} on the processor ${quoted(arch)}`,
    hint: "Build it there from source, and name the program in BERTH_BINARY",
  };
}

export function notInstalled(installed: Installed, target: string): Failure {
  return {
    code: "native_package_missing",
    exit: 127,
    message:
      `The package ${quoted(nativePackage(target))} with the program for this machine is not installed. ` +
      "Either optional packages were left out (--omit=optional, --no-optional, or so set in .npmrc), or the " +
      "lockfile was made on another system and leaves this one out, or the packages were copied from another machine",
    hint: addCommand(installed, target),
  };
}

export function notStarted(path: string, reason: string): Failure {
  const hint = reason === "ENOENT"
    ? `Install it again, or name another program in BERTH_BINARY`
    : `chmod +x '${path}'`;
  return { code: "native_not_started", exit: 126, message: `Cannot start ${quoted(path)}: ${reason}`, hint };
}

export function isLauncher(path: string): Failure {
  return {
    code: "binary_is_launcher",
    exit: 126,
    message: `BERTH_BINARY names the launcher of ${NPM.command} itself: ${quoted(path)}`,
    hint: "unset BERTH_BINARY",
  };
}

export function tooOld(): Failure {
  return {
    code: "processor_too_old",
    exit: 126,
    message: "This processor lacks SSE4.2, which the program needs: it would end with SIGILL",
    hint: "Run berth on a processor of 2011 or later; an emulator may have to be told (qemu: -cpu Nehalem)",
  };
}

/** A failure as `report.ts` prints one. */
export function failureText({ code, message, hint }: Failure, json: boolean): string {
  return json
    ? `${JSON.stringify({ error: { code, message, hint } })}\n`
    : `berth: ${message}\n  hint: ${hint}\n`;
}
