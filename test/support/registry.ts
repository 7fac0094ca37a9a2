/** A real npm registry on loopback, with nothing in it but what a test publishes: no other can be reached through it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { arch } from "node:process";
import { afterAll } from "bun:test";
import { tools } from "../../scripts/tools.ts";
import { until } from "./until.ts";

/** A Node that can become another program, which that of the machine may be too old for. */
export const newNode = (): string => join(tools(), `node-linux-${arch}`, "bin", "node");

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return address.port;
}

const CONFIGURATION = `storage: ./storage
auth: { htpasswd: { file: ./htpasswd } }
uplinks: {}
packages: { "**": { access: $all, publish: $all } }
max_body_size: 200mb
log: { type: stdout, format: pretty, level: error }
`;

/**
 * Start a registry; it ends with the test file.
 *
 * @param directory an empty one, where it keeps its packages
 * @returns its URL, and a file for npm's `--userconfig` by which one may publish there
 */
export async function startRegistry(directory: string): Promise<{ url: string; userconfig: string }> {
  mkdirSync(directory, { recursive: true });
  const port = await freePort();
  const [config, userconfig] = [join(directory, "config.yaml"), join(directory, "npmrc")];
  writeFileSync(config, CONFIGURATION);
  // npm wants a token to publish with; anybody may, so any does.
  writeFileSync(userconfig, `//127.0.0.1:${port}/:_authToken=none\n`);
  const server = Bun.spawn(
    [
      newNode(),
      join(tools(), "verdaccio", "bin", "verdaccio"),
      "--config",
      config,
      "--listen",
      `127.0.0.1:${port}`,
    ],
    {
      cwd: directory,
      env: { PATH: process.env["PATH"] ?? "", HOME: directory },
      stdout: "ignore",
      stderr: "ignore",
    },
  );
  afterAll(() => server.kill());
  const url = `http://127.0.0.1:${port}`;
  await until("the registry", async () => await answers(url) || undefined, 30_000);
  return { url, userconfig };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ping`)).ok;
  } catch {
    return false;
  }
}
