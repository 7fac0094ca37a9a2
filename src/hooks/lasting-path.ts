/**
 * Places from which a program is taken away without anybody asking: by the next upgrade, since the version is a part
 * of the path, or by whoever cleans up. Every entry says whose they are. Separators are written as `/`.
 */
const PASSING: readonly RegExp[] = [
  // Temporary directories: an archive that is tried out, an AppImage's mount, yarn dlx, bunx.
  /^\/(?:private\/)?(?:tmp|var\/tmp|var\/folders|dev\/shm|run)\//,
  /\/AppData\/Local\/Temp\//i,
  // npx and pnpm dlx.
  /\/_npx\//,
  /\/dlx(?:-|\/)/,
  // pnpm's store has the version in a directory's name, a yarn cache too.
  /\/\.pnpm\//,
  /\/\.yarn\/(?:berry\/)?(?:cache|unplugged)\//,
  // Homebrew (Linuxbrew too), which links the program into its bin.
  /\/(?:Cellar|Caskroom)\//,
  // Nix and Guix.
  /^\/(?:nix|gnu)\/store\//,
  // mise and asdf, Scoop (whose "current" stays), snap.
  /\/(?:mise|asdf|\.asdf|rtx)\/installs\//,
  /\/scoop\/apps\/[^/]+\/(?!current\/)/i,
  /^\/snap\//,
  // proto, aqua, pkgx.
  /\/(?:\.proto\/tools|aquaproj-aqua\/pkgs|\.pkgx)\//,
  // What is only kept to be at hand: Bun's and Deno's packages, hermit, everything in a directory for such.
  /\/\.bun\/install\/cache\//,
  /\/deno\/npm\//,
  /\/(?:\.cache|Library\/Caches)\//,
];

/**
 * Where a shell's hook may look for the program for a long time.
 *
 * @param path the program's own, absolute
 * @param temporary this machine's directory for temporary files
 * @returns the path as shells write it, empty where the program will not stay, or where a text cannot hold the path
 */
export function lastingPath(path: string, temporary: string): string {
  const plain = path.replaceAll("\\", "/");
  const below = `${temporary.replaceAll("\\", "/").replace(/\/+$/, "")}/`;
  if (/[\p{Cc}\uFFFD]/u.test(path) || plain.startsWith(below)) return "";
  return PASSING.some((place) => place.test(plain)) ? "" : plain;
}
