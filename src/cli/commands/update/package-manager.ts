import { NPM } from "../../../native/names.ts";

/** Where a package manager puts programs, and what updates one there. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/\/\.bun\/install\/global\//, `bun add --global ${NPM.command}@latest`],
  [/\/pnpm\/(global|store)\//, `pnpm add --global ${NPM.command}@latest`],
  [/\/(lib|npm)\/node_modules\//, `npm install --global ${NPM.command}@latest`],
  [/\/node_modules\//, `npm install ${NPM.command}@latest`],
  [/\/(Cellar|homebrew|linuxbrew)\//, "brew upgrade berth"],
  [/^\/nix\/store\//, "nix profile upgrade berth"],
  [/\/scoop\//, "scoop update berth"],
  [/\/WinGet\//i, "winget upgrade berth"],
];

/** Who owns the program in `/usr`, by the file that tells which system it is. */
const SYSTEMS: readonly (readonly [string, string])[] = [
  ["/usr/share/doc/berth/copyright", "sudo apt install ./berth_VERSION_ARCHITECTURE.deb"],
  ["/lib/apk/db/installed", "apk add --allow-untrusted ./berth-VERSION-r0.ARCHITECTURE.apk"],
  ["/var/lib/pacman/local", "git pull && makepkg -si"],
  ["/usr/lib/sysimage/rpm", "sudo rpm -U ./berth-VERSION-1.ARCHITECTURE.rpm"],
  ["/var/lib/rpm", "sudo rpm -U ./berth-VERSION-1.ARCHITECTURE.rpm"],
];

/**
 * What updates a program that no installer of ours has put in place.
 *
 * @param program its path, links resolved
 * @param exists whether a path is there
 */
export function updateCommand(program: string, exists: (path: string) => boolean): string {
  const path = program.replaceAll("\\", "/");
  const place = PLACES.find(([pattern]) => pattern.test(path));
  if (place !== undefined) return place[1];
  const system = path.startsWith("/usr/bin/") ? SYSTEMS.find(([file]) => exists(file)) : undefined;
  return system?.[1] ?? (path.endsWith(".exe") ? ".\\install.ps1 -Base URL" : "sh install.sh --base URL");
}
