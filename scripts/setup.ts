/**
 * The real programs that the tests drive. Where one is missing it is installed if that is possible (Debian, root),
 * else it is named, and the tests that need it are left out by name.
 */
import { existsSync } from "node:fs";
import { WINE_PROGRAMS } from "./wine.ts";

/** Debian packages, and a program or a file of each by which it is known to be there. */
const PROGRAMS: Readonly<Record<string, string>> = {
  bash: "bash",
  dash: "dash",
  direnv: "direnv",
  expect: "expect",
  fish: "fish",
  gcc: "gcc",
  git: "git",
  make: "make",
  "openssh-client": "ssh",
  "openssh-server": "sshd",
  procps: "ps",
  rlwrap: "rlwrap",
  screen: "screen",
  shellcheck: "shellcheck",
  shfmt: "shfmt",
  strace: "strace",
  sudo: "sudo",
  tmux: "tmux",
  "util-linux": "unshare",
  bsdutils: "script",
  vim: "vim",
  xterm: "xterm",
  ...WINE_PROGRAMS,
  zoxide: "zoxide",
  zsh: "zsh",
  // Installers, archives and programs for other machines.
  busybox: "busybox",
  curl: "curl",
  "libc6-arm64-cross": "/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1",
  "libstdc++-12-pic": "/usr/lib/gcc/x86_64-linux-gnu/12/libstdc++_pic.a",
  "musl-tools": "musl-gcc",
  openssl: "openssl",
  perl: "shasum",
  "qemu-user-static": "qemu-aarch64-static",
  unzip: "unzip",
  wget: "wget",
};

const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin:/usr/local/sbin`;

/** Whether a program, or a file given by its path, is there. Servers live in directories that not every PATH has. */
export const has = (program: string): boolean =>
  program.startsWith("/") ? existsSync(program) : Bun.which(program, { PATH }) !== null;

/** What is missing, by package. */
export function missing(): string[] {
  return Object.entries(PROGRAMS).filter(([, program]) => !has(program)).map(([name]) => name);
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
  if (wanted.length > 0 && isDebianRoot()) {
    console.log(`Installing ${wanted.join(" ")}`);
    aptGet("update");
    aptGet("install", "--no-install-recommends", ...wanted);
  }
  return missing();
}

if (import.meta.main) {
  const still = setUp();
  if (still.length > 0) console.log(`Left out, since it is not here: ${still.join(" ")}`);
}
