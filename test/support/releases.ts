import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll } from "bun:test";
import { sha256, sumLines, tarGz } from "../../scripts/archive.ts";

/** The files of a release, by name. */
export type Release = ReadonlyMap<string, Uint8Array>;

/** Archives with the checksums that they have. */
export function withSums(archives: Release): Map<string, Uint8Array> {
  const sums = new Map([...archives].map(([name, bytes]) => [name, sha256(bytes)]));
  return new Map([...archives, ["SHA256SUMS", new TextEncoder().encode(sumLines(sums))]]);
}

/** An archive whose program is a shell script. */
export function scriptArchive(script: string): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(`#!/bin/sh\n${script}\n`);
  return tarGz([{ name: "berth", bytes, executable: true }]);
}

/** Write a release into a directory. @returns the directory */
export function written(release: Release, directory: string): string {
  mkdirSync(directory, { recursive: true });
  for (const [name, bytes] of release) writeFileSync(join(directory, name), bytes);
  return directory;
}

/** Serve a release below `/dl` until the test file is done. @returns its URL */
export function served(release: Release): string {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const [, folder, name] = new URL(request.url).pathname.split("/");
      const bytes = folder === "dl" && name !== undefined ? release.get(decodeURIComponent(name)) : undefined;
      return bytes === undefined ? new Response("not here", { status: 404 }) : new Response(bytes.slice());
    },
  });
  afterAll(() => server.stop(true));
  return `http://127.0.0.1:${server.port}/dl`;
}

/** Serve a release by a server that hangs up in the middle of every archive. @returns its URL */
export async function cutOff(release: Release): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (request) => {
      const name = request.toString().split(" ")[1]?.split("/").at(-1) ?? "";
      const bytes = release.get(name) ?? new Uint8Array();
      const sent = name === "SHA256SUMS" ? bytes : bytes.subarray(0, bytes.length >> 1);
      socket.write(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${bytes.length}\r\n\r\n`);
      socket.end(sent);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  afterAll(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return `http://127.0.0.1:${address.port}/dl`;
}

/** A directory for PATH that holds links to real programs, and nothing else. */
export function toolbox(directory: string, programs: readonly string[]): string {
  mkdirSync(directory, { recursive: true });
  for (const program of programs) {
    const real = Bun.which(program);
    if (real === null) throw new Error(`${program} is not here`);
    symlinkSync(real, join(directory, program));
  }
  return directory;
}

/** Put a shell script of the test's own into a directory for PATH. */
export function stub(directory: string, name: string, script: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** A directory for PATH that holds every program of BusyBox, as on a small system, and nothing else. */
export function busybox(directory: string): string {
  mkdirSync(directory, { recursive: true });
  const real = Bun.which("busybox");
  if (real === null) throw new Error("busybox is not here");
  const names = Bun.spawnSync([real, "--list"]).stdout.toString().trim().split("\n");
  for (const name of names) symlinkSync(real, join(directory, name));
  return directory;
}
