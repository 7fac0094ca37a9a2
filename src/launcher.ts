// deno-lint-ignore-file no-process-global -- `process` as an import is copied, property by property, at every start
/**
 * What `berth` of the npm package is: finds the program for this machine and becomes it. Bundled as one CommonJS file,
 * which Node loads fastest.
 */
import { accessSync, constants, realpathSync } from "node:fs";
import { lacksSse42 } from "./native/cpu.ts";
import {
  type Failure,
  failureText,
  isLauncher,
  notBuilt,
  notInstalled,
  notStarted,
  tooOld,
} from "./native/failure.ts";
import { namedBinary, ownTargets, packagedBinary } from "./native/find.ts";
import { become, canBecome, startChild } from "./native/start.ts";

/** The path of the bundle, its `require`, and the version; put in by `scripts/packages/npm-command.ts`. */
declare const LAUNCHER_FILE: string;
declare const LAUNCHER_REQUIRE: NodeJS.Require;
declare const LAUNCHER_VERSION: string;

function fail(failure: Failure): never {
  const { argv } = process;
  const end = argv.indexOf("--");
  const json = argv.slice(2, end < 0 ? argv.length : end).includes("--json");
  process.stderr.write(failureText(failure, json));
  process.exit(failure.exit);
}

/** The program of the installed package that fits this machine. */
function packaged(): string {
  const targets = ownTargets();
  const [target] = targets;
  if (target === undefined) return fail(notBuilt(process.platform, process.arch));
  const userAgent = process.env["npm_config_user_agent"];
  const found = packagedBinary(targets, LAUNCHER_REQUIRE.resolve);
  return found ?? fail(notInstalled({ file: LAUNCHER_FILE, userAgent, version: LAUNCHER_VERSION }, target));
}

/** What ends in a sentence of ours, rather than in one of Node's or of the kernel's. */
function check(path: string, isNamed: boolean): void {
  try {
    accessSync(path, process.platform === "win32" ? constants.F_OK : constants.X_OK);
    if (isNamed && realpathSync(path) === LAUNCHER_FILE) fail(isLauncher(path));
  } catch (error) {
    fail(notStarted(path, (error as NodeJS.ErrnoException).code ?? String(error)));
  }
}

const lacksInstructions = (): boolean =>
  process.platform === "linux" && process.arch === "x64" && lacksSse42();

const named = namedBinary();
const path = named ?? packaged();
check(path, named !== undefined);
// By it `berth doctor` sees that it runs through us: the process is its own, or its parent.
const env = { ...process.env, BERTH_LAUNCHER: `${process.pid}:${LAUNCHER_FILE}` };
const wanted = { path, args: process.argv.slice(2), env };
if (named === undefined && canBecome()) {
  // Afterwards nobody is left who could tell.
  if (lacksInstructions()) fail(tooOld());
  become(wanted);
}
startChild(wanted, LAUNCHER_REQUIRE, {
  failed: (reason) => fail(notStarted(path, reason)),
  killed: (signal) => signal === "SIGILL" && lacksInstructions() ? fail(tooOld()) : undefined,
});
