/**
 * The real programs that the tests drive. Where one is missing it is installed if that is possible (Debian as root,
 * other registries as anybody), else it is named, and the tests that need it are left out by name.
 */
import { existsSync } from "node:fs";
import { bringProgram, REGISTRY_PROGRAMS, registryProgram } from "./registry-programs.ts";
import { WINE_PROGRAMS } from "./wine.ts";

/** Debian packages, and a program or a file of each by which it is known to be there. */
const PROGRAMS: Readonly<Record<string, string>> = {
  acl: "setfacl",
  attr: "setfattr",
  autojump: "/usr/share/autojump/autojump.bash",
  bash: "bash",
  bubblewrap: "bwrap",
  dash: "dash",
  direnv: "direnv",
  dtach: "dtach",
  "emacs-nox": "emacs",
  expect: "expect",
  fish: "fish",
  fzf: "fzf",
  gcc: "gcc",
  git: "git",
  "kitty-shell-integration": "/usr/lib/kitty/shell-integration/bash/kitty.bash",
  liquidprompt: "/usr/share/liquidprompt/liquidprompt",
  make: "make",
  "openssh-client": "ssh",
  "openssh-server": "sshd",
  pgbouncer: "pgbouncer",
  postgresql: "/usr/lib/postgresql",
  procps: "ps",
  rlwrap: "rlwrap",
  screen: "screen",
  shellcheck: "shellcheck",
  shfmt: "shfmt",
  strace: "strace",
  spin: "spin",
  sudo: "sudo",
  tmate: "tmate",
  tmux: "tmux",
  "util-linux": "unshare",
  bsdutils: "script",
  vim: "vim",
  xterm: "xterm",
  ...WINE_PROGRAMS,
  zoxide: "zoxide",
  zsh: "zsh",
  "zsh-autosuggestions": "/usr/share/zsh-autosuggestions/zsh-autosuggestions.zsh",
  "zsh-syntax-highlighting": "/usr/share/zsh-syntax-highlighting/zsh-syntax-highlighting.zsh",
  // Installers, archives and programs for other machines.
  binutils: "ar",
  busybox: "busybox",
  cpio: "cpio",
  curl: "curl",
  faketime: "faketime",
  fakeroot: "fakeroot",
  "libarchive-tools": "bsdtar",
  lintian: "lintian",
  makepkg: "makepkg",
  mandoc: "mandoc",
  minisign: "minisign",
  "nix-bin": "nix-instantiate",
  rpm: "rpmbuild",
  ruby: "ruby",
  "libc6-arm64-cross": "/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1",
  "libstdc++-12-pic": "/usr/lib/gcc/x86_64-linux-gnu/12/libstdc++_pic.a",
  "musl-tools": "musl-gcc",
  openssl: "openssl",
  patchelf: "patchelf",
  perl: "shasum",
  "qemu-user-static": "qemu-aarch64-static",
  unzip: "unzip",
  wget: "wget",
};

/** The test files that drive what a package brings, where not every one of them does. */
const NEEDED_BY: Readonly<Record<string, RegExp>> = {
  acl: /sandbox\/attributes/,
  attr: /sandbox\/attributes/,
  binutils: /release-(elf|system)/,
  autojump: /hooks\/beside/,
  bsdutils: /contexts\/|hostile-machine|machines/,
  busybox: /install/,
  bubblewrap: /contexts\/sandbox/,
  cpio: /release-system/,
  curl: /install|release-system/,
  dash: /fleet\/fleet|contexts\/(sandbox|terminal)|hooks\/text|install|store\/commands/,
  direnv: /hooks\/(prompt|beside)/,
  dtach: /contexts\/silent/,
  "emacs-nox": /contexts\/made/,
  expect: /contexts\/(made|ssh|terminal)/,
  fakeroot: /contexts\/jobs|release-system/,
  faketime: /fleet\/shared|scripts\/pictures/,
  fish: /fleet\/fleet|contexts\/terminal|hooks\//,
  fzf: /hooks\/beside/,
  gcc: /scripts\/model|foreign\.test|hostile-environments|macos-facts|native\.test|store\/directory/,
  "gcc-mingw-w64-x86-64-win32": /wine|store\/windows/,
  "libarchive-tools": /release-system|install-pwsh/,
  lintian: /release-system/,
  makepkg: /release-system/,
  mandoc: /release-system/,
  mise: /hooks\/beside/,
  promtool: /commands\/metrics/,
  nushell: /hooks\/(completions|cost|directory|failure|interrupt|program|session|text)/,
  minisign: /release-recipes|install|cli\/update/,
  "nix-bin": /release-recipes/,
  ruby: /release-recipes/,
  rpm: /release-system/,
  "libc6-arm64-cross": /foreign\.test/,
  "kitty-shell-integration": /hooks\/beside/,
  liquidprompt: /hooks\/beside/,
  "libstdc++-12-pic": /foreign\.test|processor/,
  make: /contexts\/terminal/,
  "musl-tools": /foreign\.test|native\.test|processor/,
  openssl: /install|fleet\/shared/,
  "openssh-client":
    /fleet\/fleet|background\/login|contexts\/(made|ssh|xterm)|hooks\/session|steps\/finish-settings/,
  "openssh-server": /fleet\/fleet|background\/login|contexts\/(made|ssh|xterm)|hooks\/session/,
  perl: /install|sessions\/process\/supervision|contexts\/handed-on/,
  patchelf: /release-elf/,
  pgbouncer: /fleet\/shared/,
  postgresql: /fleet\/shared|store\/contract|scripts\/(crash|powercut)\.test/,
  powershell: /hooks\/(cost|interrupt|program|pwsh|text)|install-pwsh/,
  procps: /mean\/marks|hooks\/|contexts\//,
  "qemu-user-static": /foreign\.test|processor/,
  rlwrap: /contexts\/terminal/,
  screen: /commands\/jump|scripts\/(crash|powercut)\.test|contexts\/(silent|tmux|xterm)/,
  shellcheck: /hooks\/(completions|text)|install/,
  shfmt: /hooks\/(completions|text)|install/,
  strace:
    /mean\/marks|process\/refused|scripts\/(crash|powercut)|undo\/crash|contexts\/terminal|hooks\/cost|store\/(commands|survival)/,
  spin: /scripts\/model/,
  sudo: /contexts\/(handed-on|ssh|sudo|tmux)|hooks\/session/,
  tmate: /contexts\/silent/,
  tmux:
    /mean\/marks|contexts\/(runs|silent|tmux|xterm)|background\/|commands\/(daily|jump|top)|hooks\/session|explain|scripts\/pictures|toolchain|scripts\/crash\.test/,
  unzip: /install|release/,
  "util-linux":
    /cli\/update|mcp\/cancel|sandbox\/attributes|contexts\/|explain|foreign\.test|processor|hooks\/|host|install|scripts\/pictures|sessions\/|store\/|toolchain/,
  vim: /contexts\/terminal/,
  wget: /install/,
  wine: /wine|store\/windows/,
  xterm: /contexts\/(made|xterm)/,
  xvfb: /contexts\/(made|xterm)|wine/,
  zoxide: /hooks\/(beside|prompt)/,
  zsh: /fleet\/fleet|contexts\/(made|terminal)|hooks\//,
  "zsh-autosuggestions": /hooks\/beside/,
  "zsh-syntax-highlighting": /hooks\/beside/,
};

/** Every package that the suite may want. */
export const PACKAGES: readonly string[] = [...Object.keys(PROGRAMS), ...REGISTRY_PROGRAMS];

/** The missing packages that a test file cannot do without. What the table does not name, any file may need. */
export const wanting = (file: string, absent: readonly string[]): string[] =>
  absent.filter((name) => (NEEDED_BY[name] ?? /./).test(file));

const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin:/usr/local/sbin`;

/** Whether a program, or a file given by its path, is there. Servers live in directories that not every PATH has. */
export const has = (program: string): boolean =>
  program.startsWith("/") ? existsSync(program) : Bun.which(program, { PATH }) !== null;

/** What is missing, by package. */
export function missing(): string[] {
  return [
    ...Object.entries(PROGRAMS).filter(([, program]) => !has(program)).map(([name]) => name),
    ...REGISTRY_PROGRAMS.filter((name) => registryProgram(name) === undefined),
  ];
}

function isDebianRoot(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0 && has("apt-get");
}

function aptGet(...args: string[]): boolean {
  const done = Bun.spawnSync(["apt-get", "-q", "-y", ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
  return done.success;
}

/** Install what is missing where that may be done. @returns what is still missing, by package */
export function setUp(): string[] {
  const wanted = missing();
  if (wanted.length > 0) console.log(`Installing, where that can be done: ${wanted.join(" ")}`);
  const packages = wanted.filter((name) => name in PROGRAMS);
  if (packages.length > 0 && isDebianRoot()) {
    aptGet("update");
    aptGet("install", "--no-install-recommends", ...packages);
  }
  for (const name of REGISTRY_PROGRAMS) bringProgram(name);
  return missing();
}

if (import.meta.main) {
  const still = setUp();
  if (still.length > 0) console.log(`Left out, since it is not here: ${still.join(" ")}`);
}
