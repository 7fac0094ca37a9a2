/** A real npm registry on loopback, with nothing in it but what is published there: no other can be reached through it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { arch } from "node:process";
import { tools } from "./tools.ts";

/** A Node that can become another program, which that of the machine may be too old for. */
export const newNode = (): string => join(tools(), `node-linux-${arch}`, "bin", "node");

export interface Registry {
  readonly url: string;
  readonly userconfig: string;
  readonly end: () => void;
}

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
 * Start a registry, and wait until it answers.
 *
 * @param directory an empty one, where it keeps its packages
 * @returns its URL, a file for npm's `--userconfig` by which one may publish there, and what ends it
 */
export async function openRegistry(directory: string): Promise<Registry> {
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
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + 30_000;
  while (!await answers(url)) {
    if (performance.now() > deadline) throw new Error("The registry does not answer");
    await Bun.sleep(100);
  }
  return { url, userconfig, end: () => server.kill() };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ping`)).ok;
  } catch {
    return false;
  }
}
