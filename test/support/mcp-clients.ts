/**
 * Clients of the Model Context Protocol as others use them: old versions of the SDK and the inspector's command line.
 * They bring a web server along, so they are no dependencies of the project: npm puts them into a cache of the tests.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const INSPECTOR = "2.12.0";
/** By the name under which each is installed. */
const PACKAGES: Readonly<Record<string, string>> = {
  "sdk-1.12": "@modelcontextprotocol/sdk@1.12.0",
  "sdk-1.20": "@modelcontextprotocol/sdk@1.20.0",
  "sdk-1.32": "@modelcontextprotocol/sdk@1.32.2",
  inspector: `@modelcontextprotocol/inspector@${INSPECTOR}`,
};

export const SDKS = Object.keys(PACKAGES).filter((name) => name.startsWith("sdk-"));

const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "berth-test");
/** Another name when the versions are others. */
const home = join(cache, `mcp-clients-${Bun.hash(JSON.stringify(PACKAGES)).toString(36)}`);

/** @throws Error when npm cannot get them */
function install(): void {
  mkdirSync(cache, { recursive: true });
  const made = mkdtempSync(join(cache, "installing-"));
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional", "--loglevel=error"];
  const names = Object.entries(PACKAGES).map(([name, version]) => `${name}@npm:${version}`);
  const done = Bun.spawnSync(["npm", "install", "--prefix", made, ...options, ...names], { stderr: "pipe" });
  if (!done.success) throw new Error(`npm could not install ${names.join(" ")}: ${done.stderr}`);
  try {
    renameSync(made, home);
  } catch (error) {
    if (!existsSync(home)) throw error; // another test was faster
  }
}

/** The URL of a file of a package. */
export function fileOf(name: string, path: string): string {
  if (!existsSync(home)) install();
  return pathToFileURL(join(home, "node_modules", name, path)).href;
}

/** The inspector's program, which wants node. */
export function inspector(): string {
  if (!existsSync(home)) install();
  return join(home, "node_modules/inspector/clients/launcher/build/index.js");
}
