/**
 * What the tests of the packages drive and Debian does not have: a registry for loopback, package managers, checkers,
 * a newer Node. `test/tools` pins them; they are kept below `dist`, and installed again when the pins change.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "./archive.ts";

const root = join(import.meta.dir, "..");
const DIRECTORY = join(root, "dist", "test-tools");

/** @returns the folder `node_modules` with all of them. @throws Error where they cannot be installed */
export function tools(): string {
  const stamp = join(DIRECTORY, "installed");
  const wanted = sha256(readFileSync(join(root, "test", "tools", "package-lock.json")));
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) install(stamp, wanted);
  return join(DIRECTORY, "node_modules");
}

function install(stamp: string, content: string): void {
  mkdirSync(DIRECTORY, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) {
    copyFileSync(join(root, "test", "tools", name), join(DIRECTORY, name));
  }
  // Some say that they want a newer Node: what runs under it here is given one.
  const command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const done = Bun.spawnSync(command, { cwd: DIRECTORY, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  if (!done.success) throw new Error(`Cannot install the tools of the tests:\n${done.stderr}`);
  writeFileSync(stamp, content);
}

if (import.meta.main) console.log(tools());
