/**
 * The tests of named sessions with the oldest git that we promise to work with: `npm run test:oldest-git`. Not part of
 * `npm test`, since it stands on a package of a Debian that is past its time. Needs x86_64 and `dpkg-deb`.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";

const PACKAGE = "http://deb.debian.org/debian/pool/main/g/git/git_2.30.2-1+deb11u2_amd64.deb";
const SHA256 = "ddc8eb5da311dbf0ecfe4bd4da5f539aeecec22865828538b5c86039af2eca8c";

/** @throws Error where it is not there, or not what it was */
async function fetched(): Promise<Uint8Array> {
  const answer = await fetch(PACKAGE);
  if (!answer.ok) throw new Error(`${PACKAGE} is not there: ${answer.status}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const hash = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
  if (hash !== SHA256) throw new Error(`${PACKAGE} has changed: its SHA-256 is ${hash}`);
  return bytes;
}

/** Unpack git, with a program before it that tells it where its own parts are. */
async function unpack(directory: string): Promise<string> {
  writeFileSync(`${directory}/git.deb`, await fetched());
  const done = Bun.spawnSync(["dpkg-deb", "-x", `${directory}/git.deb`, `${directory}/root`]);
  if (!done.success) throw new Error(`dpkg-deb cannot unpack it: ${done.stderr}`);
  const [bin, usr] = [`${directory}/bin`, `${directory}/root/usr`];
  const script = [
    "#!/bin/sh",
    `export GIT_EXEC_PATH=${usr}/lib/git-core GIT_TEMPLATE_DIR=${usr}/share/git-core/templates`,
    `exec ${usr}/bin/git "$@"`,
  ];
  mkdirSync(bin);
  writeFileSync(`${bin}/git`, script.map((line) => `${line}\n`).join(""), { mode: 0o755 });
  return bin;
}

const directory = mkdtempSync(`${tmpdir()}/berth-git-`);
// Some tests are other users, who need git as well.
chmodSync(directory, 0o755);
try {
  const PATH = `${await unpack(directory)}:${process.env["PATH"]}`;
  const env = { ...process.env, PATH };
  console.log(Bun.spawnSync(["git", "--version"], { env }).stdout.toString().trim());
  const child = Bun.spawn([process.execPath, `${import.meta.dir}/test.ts`, "session"], {
    env,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  process.exitCode = await child.exited;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
