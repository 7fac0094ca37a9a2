/**
 * Real programs that Debian does not have and other registries do, or that come with more than is wanted, each put once into a directory of its own below
 * `dist/tools`, by the ordinary client of its registry. What PATH has comes first.
 */
import { chmodSync, existsSync, mkdirSync } from "node:fs";

const TOOLS = new URL("../dist/tools", import.meta.url).pathname;
const POWERSHELL = "7.6.9";

interface RegistryProgram {
  /** Its name on a PATH. */
  readonly name: string;
  readonly file: string;
  /** The client that brings it, and its arguments. */
  readonly command: readonly string[];
}

const byNpm = (
  name: string,
  version: string,
  directory: string,
): readonly string[] => [
  "npm",
  "install",
  "--no-save",
  "--no-audit",
  "--no-fund",
  "--prefix",
  directory,
  `${name}@${version}`,
];

const PROGRAMS = {
  powershell: {
    name: "pwsh",
    // The plain program: what the tool's own directory has is a shim that starts it.
    file:
      `${TOOLS}/pwsh/.store/powershell/${POWERSHELL}/powershell/${POWERSHELL}/tools/net10.0/any/unix/pwsh`,
    command: [
      "dotnet",
      "tool",
      "install",
      "--tool-path",
      `${TOOLS}/pwsh`,
      "PowerShell",
      "--version",
      POWERSHELL,
    ],
  },
  nushell: {
    name: "nu",
    file: `${TOOLS}/nu/node_modules/@nushell/linux-${process.arch}/bin/nu`,
    command: byNpm(`@nushell/linux-${process.arch}`, "0.115.1", `${TOOLS}/nu`),
  },
  // Debian's, without its package: that would start a server.
  promtool: {
    name: "promtool",
    file: `${TOOLS}/usr/bin/promtool`,
    command: [
      "sh",
      "-c",
      "{ apt-get download prometheus || { apt-get update && apt-get download prometheus; }; } && " +
      "dpkg-deb --fsys-tarfile prometheus_*.deb | tar -xf - ./usr/bin/promtool && rm prometheus_*.deb",
    ],
  },
  mise: {
    name: "mise",
    file: `${TOOLS}/mise/node_modules/mise/bin/mise`,
    command: byNpm("mise", "2026.9.15", `${TOOLS}/mise`),
  },
} as const satisfies Record<string, RegistryProgram>;

export type RegistryName = keyof typeof PROGRAMS;

export const REGISTRY_PROGRAMS = Object.keys(PROGRAMS) as RegistryName[];

/** Where the program is: PATH's, else the one that was put here; undefined where there is none. */
export function registryProgram(name: RegistryName): string | undefined {
  const { name: program, file } = PROGRAMS[name];
  return Bun.which(program) ?? (existsSync(file) ? file : undefined);
}

/** The program, brought here first where that can be done. */
export function bringProgram(name: RegistryName): string | undefined {
  const found = registryProgram(name);
  const { file, command: [client, ...args] } = PROGRAMS[name];
  if (found !== undefined || Bun.which(client) === null) return found;
  mkdirSync(TOOLS, { recursive: true });
  // With the whole environment: it says which registry this machine uses. Off a terminal, and for three minutes at most.
  Bun.spawnSync([client, ...args], {
    cwd: TOOLS,
    env: { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: "1", DOTNET_NOLOGO: "1" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    timeout: 180_000,
  });
  if (existsSync(file)) chmodSync(file, 0o755);
  return registryProgram(name);
}
