/**
 * Run a program built for musl on Debian: `bun scripts/musl-runtime.ts PROGRAM DIRECTORY` makes a directory for
 * LD_LIBRARY_PATH. Debian has musl and its loader, but no C++ library for it; Alpine users type
 * `apk add libstdc++`. Debian's own one exists as an archive of position-independent objects: those that the
 * program needs are linked against musl, with a shim for what only glibc has. For tests; not to be shipped.
 */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const SHIM = join(import.meta.dir, "..", "test", "foreign", "musl-shim.c");
const MUSL = "/lib/x86_64-linux-musl/libc.so";
/** The names that C++ programs take from libstdc++ and its runtime, in the Itanium ABI's spelling. */
const CXX = /^(_ZNK?St|_ZSt|_ZTVN10__cxxabiv1|__dynamic_cast$|__cxa_(?!finalize|thread_atexit_impl|atexit))/;

function output(command: string[]): string {
  const done = Bun.spawnSync(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  if (!done.success) throw new Error(`Cannot run ${command.join(" ")}:\n${done.stderr}`);
  return done.stdout.toString();
}

/** The C++ names that a program wants from elsewhere. Vtables count as its own: the loader copies them. */
function wanted(program: string): string[] {
  const names = output(["nm", "-D", program]).split("\n").map((line) => line.split(" ").at(-1) ?? "");
  return [...new Set(names.filter((name) => CXX.test(name)))].sort();
}

/**
 * Make a directory with which a program for musl runs here, on x86_64 Debian with musl-tools and libstdc++-12-pic.
 *
 * @param directory must not be there yet
 * @throws Error where a package is missing or the library cannot be linked
 */
export function makeMuslRuntime(program: string, directory: string): void {
  mkdirSync(directory, { recursive: true });
  const objects = output(["gcc", "-print-file-name=libstdc++_pic.a"]).trim();
  output([
    "musl-gcc",
    "-shared",
    "-fPIC",
    "-O2",
    "-Wl,-soname,libstdc++.so.6",
    ...wanted(program).map((name) => `-Wl,-u,${name}`),
    `-o${join(directory, "libstdc++.so.6")}`,
    SHIM,
    objects,
    "-lgcc_eh",
  ]);
  symlinkSync(MUSL, join(directory, "libc.musl-x86_64.so.1"));
}

if (import.meta.main) {
  const [program, directory] = process.argv.slice(2);
  if (program === undefined || directory === undefined) {
    console.error("Usage: bun scripts/musl-runtime.ts PROGRAM DIRECTORY");
    process.exit(2);
  }
  makeMuslRuntime(program, directory);
}
