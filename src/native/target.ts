/** What tells which program a machine needs. */
export interface NativeMachine {
  /** As `process.platform` has it. */
  readonly platform: string;
  /** As `process.arch` has it. */
  readonly arch: string;
  /** The loader that the runtime itself asks for; undefined where there is none. */
  readonly interpreter: string | undefined;
}

/**
 * The targets whose program starts on a machine, the likeliest first; none where berth is not built for it. Where the
 * runtime is static, nothing tells the C library, and both are named: a machine has but one of the packages.
 */
export function targetsOf({ platform, arch, interpreter }: NativeMachine): string[] {
  if (arch !== "x64" && arch !== "arm64") return [];
  if (platform === "darwin") return [`darwin-${arch}`];
  if (platform === "win32") return [`windows-${arch}`];
  if (platform !== "linux") return [];
  const [glibc, musl] = [`linux-${arch}`, `linux-${arch}-musl`];
  if (interpreter === undefined) return [glibc, musl];
  return [interpreter.includes("ld-musl") ? musl : glibc];
}

/** What the program is called in a target's package, and in its archive. */
export const programName = (target: string): string => target.startsWith("windows") ? "berth.exe" : "berth";
