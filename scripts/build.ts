/**
 * Build the binary: `bun scripts/build.ts` makes `dist/berth` for this machine, with the name of a target
 * `dist/berth-<target>` for that one, with `all` every one of them.
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { signFile } from "./macho-sign.ts";
import { isTarget, isWindows, ownTarget, type Target, TARGETS } from "./targets.ts";
import { withWindowsRuntime } from "./windows-runtime.ts";

const root = join(import.meta.dir, "..");

/** What macOS calls the program. */
const IDENTIFIER = "berth";

/**
 * Why each is there: without the `no-compile-autoload` switches a `bunfig.toml` or `.env` in the directory that
 * the user stands in runs code in his prompt; without `splitting` every lazy import is paid for at every start;
 * `reject-unresolved` keeps out imports that would be looked up in that directory at run time; under the condition
 * `browser` the MCP SDK takes the small one of its two validators, which saves half a megabyte; compiling what is
 * called some thirty times starts three threads, which is a loss for a command that is over in milliseconds
 * (`fullSpeed` ends that); functions that are nested deeper than two are compiled when they are called, which keeps
 * a third of a megabyte more out than four would, and no command is measurably slower for it (at one, each is by a
 * twentieth to an eighth). Chunks under 16 kB without side effects (`sideEffects` of package.json) go into one that
 * is loaded anyway: each chunk is looked at when the program starts, whatever it does.
 */
export const FLAGS = [
  "--compile",
  "--minify",
  "--bytecode",
  "--format=esm",
  "--splitting",
  "--min-chunk-size=16384",
  "--reject-unresolved",
  "--conditions=browser",
  "--compile-jit-policy=20",
  "--bytecode-depth=2",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  "--no-compile-autoload-tsconfig",
  "--no-compile-autoload-package-json",
];

/**
 * What `berth id` takes of the bytecode, in its order, as `bytecode-order.ts` writes it down: lying together it is read
 * by fewer page faults, which is a fortieth of what an ID takes. With any order what chunks have in common is kept once
 * too, which saves 170 kB.
 */
export const BYTECODE_ORDER = join(root, "scripts/bytecode-order.txt");

/**
 * Compile a program the way berth is compiled: as it ships, with a valid ad-hoc signature for macOS and with
 * version information for Windows.
 *
 * @param entry the program's source
 * @param outfile where the binary goes; its base name becomes a part of its bytes
 * @throws Error where it cannot be built
 */
export function compile(entry: string, outfile: string, target: Target): void {
  const options = [`--target=${TARGETS[target]}`, entry, `--outfile=${outfile}`];
  if (target === "windows-x64" || target === "windows-arm64") {
    withWindowsRuntime(target, (path) => bunBuild([`--compile-executable-path=${path}`, ...options], target));
    return;
  }
  bunBuild(options, target);
  if (target.startsWith("darwin")) signFile(resolve(root, outfile), IDENTIFIER);
}

function bunBuild(options: readonly string[], target: Target): void {
  bundle([...FLAGS, `--bytecode-order=${BYTECODE_ORDER}`, ...options], target);
}

/** @returns what was bundled, where the options name no file for it */
function bundle(options: readonly string[], target: Target): string {
  const defines = Object.entries({
    BERTH_COMMIT: commit(),
    BERTH_TARGET: target,
    BERTH_SYSTEM: systemOf(target),
    // Else a CommonJS module that asks for it (wasmoon's) has the checkout's directory in every binary.
    __filename: "/$bunfs/root/berth",
  }).map(([name, value]) => `--define=${name}=${JSON.stringify(value)}`);
  const command = [process.execPath, "build", ...defines, ...options];
  const done = Bun.spawnSync(command, { cwd: root, stdout: "pipe", stderr: "pipe" });
  if (!done.success) throw new Error(`Cannot build for ${target}:\n${done.stdout}${done.stderr}`);
  return done.stdout.toString();
}

/** As `process.platform` is going to have it: what only other systems need is left out. */
const systemOf = (target: Target): NodeJS.Platform =>
  isWindows(target) ? "win32" : target.startsWith("darwin") ? "darwin" : "linux";

/** The commit that is built, `unknown` outside of a checkout. A tree with changes says so. */
function commit(): string {
  const git = (...args: string[]) =>
    Bun.spawnSync(["git", ...args], { cwd: root, stdout: "pipe", stderr: "ignore" });
  try {
    const head = git("rev-parse", "--short=12", "HEAD");
    if (!head.success) return "unknown";
    const changes = git("status", "--porcelain", "--untracked-files=no").stdout.toString();
    return `${head.stdout.toString().trim()}${changes === "" ? "" : "-dirty"}`;
  } catch {
    return "unknown";
  }
}

/** The ways to an ID on Linux, from the longest to the shortest, and what each loads when it does not lead there. */
const WAYS = [
  { source: "src/cli/start-linux.ts", next: "./run.ts", in: "src/cli/run.ts" },
  { source: "src/main-linux.ts", next: "./cli/start-linux.ts", in: undefined },
] as const;

/**
 * The source that berth is compiled from for a target. For Linux each way to an ID is a file of its own, which
 * shares no module with the rest of the program: shared ones become several chunks and parts of larger ones, and that
 * takes a fortieth of `berth id`.
 */
export function entry(target: Target): string {
  if (!target.startsWith("linux")) return "src/main.ts";
  return WAYS.reduce((last, way) => wayTo(target, way.source, way.next, join(root, way.in ?? last)), "");
}

/** @returns the path, below the project, of a way as one file that loads `next` from where it is */
function wayTo(target: Target, source: string, next: string, file: string): string {
  // Constants are put where they are used here, since behind this step nobody can tell that they are any.
  const options = ["--target=bun", "--format=esm", "--minify-syntax", `--external=*/${basename(next)}`];
  const way = bundle([source, ...options], target);
  const parts = way.split(JSON.stringify(next));
  if (parts.length !== 2) {
    throw new Error(`${next} stands ${parts.length - 1} times in ${source}, not once`);
  }
  const made = join("dist", target, `${basename(source, ".ts")}.js`);
  mkdirSync(join(root, dirname(made)), { recursive: true });
  // Others may build at this moment.
  writeFileSync(`${root}/${made}.${process.pid}`, parts.join(JSON.stringify(file)));
  renameSync(`${root}/${made}.${process.pid}`, join(root, made));
  return made;
}

/** Build berth for a target. @returns the binary's path */
export function build(target: Target, outfile: string): string {
  mkdirSync(`${root}/dist`, { recursive: true });
  compile(entry(target), outfile, target);
  return outfile;
}

export const binaryName = (target: Target): string =>
  `dist/berth-${target}${isWindows(target) ? ".exe" : ""}`;

function main(names: readonly string[]): void {
  if (names.length === 0) {
    const own = process.platform === "win32" ? "dist/berth.exe" : "dist/berth";
    console.log(build(ownTarget(), own));
    return;
  }
  for (const name of names.includes("all") ? Object.keys(TARGETS) : names) {
    if (!isTarget(name)) {
      console.error(`Unknown target ${JSON.stringify(name)}; known: ${Object.keys(TARGETS).join(" ")} all`);
      process.exit(2);
    }
    console.log(build(name, binaryName(name)));
  }
}

if (import.meta.main) main(process.argv.slice(2));
