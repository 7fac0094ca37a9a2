/**
 * The machines that berth is built for: our name of each, and Bun's. No `-baseline` ones: Bun 1.4 has one runtime for
 * x86_64, and its packages of that name hold the same bytes. It needs SSE4.2, and no AVX.
 */
export const TARGETS = {
  "linux-x64": "bun-linux-x64",
  "linux-arm64": "bun-linux-arm64",
  "linux-x64-musl": "bun-linux-x64-musl",
  "linux-arm64-musl": "bun-linux-arm64-musl",
  "darwin-x64": "bun-darwin-x64",
  "darwin-arm64": "bun-darwin-arm64",
  "windows-x64": "bun-windows-x64",
  "windows-arm64": "bun-windows-arm64",
} as const;

export type Target = keyof typeof TARGETS;

export const isWindows = (target: Target): boolean => target.startsWith("windows");

export const isTarget = (name: string): name is Target => Object.hasOwn(TARGETS, name);

/** The target of the machine that we run on. @throws Error where berth is not built for it */
export function ownTarget(): Target {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `${system}-${process.arch}${isMusl() ? "-musl" : ""}`;
  if (!isTarget(name)) throw new Error(`berth is not built for ${name}`);
  return name;
}

/** A musl system has musl's loader and names it in every program; the shell is one that is always there. */
function isMusl(): boolean {
  if (process.platform !== "linux") return false;
  const { glibcVersionRuntime } =
    (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header;
  return glibcVersionRuntime === undefined;
}
