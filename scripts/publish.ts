/**
 * Publish the npm packages of `dist/packages`: `bun scripts/publish.ts [--registry URL]`. The programs come first, each
 * read back before the next, then what depends on them: else people get a launcher that has no program.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { unpackTar } from "modern-tar";
import { NPM } from "../src/native/names.ts";
import { sha256 } from "./archive.ts";

/** Milliseconds that a registry may take until what was published can be read. */
const READABLE = 120_000;

interface Package {
  readonly file: string;
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

const integrityOf = (bytes: Uint8Array): string =>
  `sha512-${new Bun.CryptoHasher("sha512").update(bytes).digest("base64")}`;

async function packageOf(file: string): Promise<Package> {
  const bytes = readFileSync(file);
  const entry =
    (await unpackTar(Bun.gunzipSync(bytes), { filter: ({ name }) => name === "package/package.json" }))[0];
  if (entry?.data === undefined) throw new Error(`${file} holds no package.json`);
  const { name, version } = JSON.parse(new TextDecoder().decode(entry.data)) as {
    name: string;
    version: string;
  };
  return { file, name, version, integrity: integrityOf(bytes) };
}

const dependants: readonly string[] = [NPM.library, NPM.command];

/** The packages in the order in which they are published. @throws Error where a file is not what SHA256SUMS says */
export async function inOrder(directory: string): Promise<Package[]> {
  const lines = readFileSync(join(directory, "SHA256SUMS"), "utf8").trim().split("\n")
    .filter((line) => line.endsWith(".tgz"));
  const found: Package[] = [];
  for (const line of lines) {
    const file = join(directory, line.slice(66));
    if (sha256(readFileSync(file)) !== line.slice(0, 64)) {
      throw new Error(`${file} is not what SHA256SUMS has`);
    }
    found.push(await packageOf(file));
  }
  return found.toSorted((one, other) => dependants.indexOf(one.name) - dependants.indexOf(other.name));
}

/** Runs npm. @throws Error with what it said, where it failed and that is not expected */
function npm(registry: string, ...args: string[]): { ok: boolean; output: string } {
  const done = Bun.spawnSync(["npm", ...args, "--registry", registry], { stdout: "pipe", stderr: "pipe" });
  return { ok: done.success, output: `${done.stdout}${done.success ? "" : done.stderr}`.trim() };
}

/** The integrity that the registry has for a version; undefined where it has no such version. */
function published(registry: string, { name, version }: Package): string | undefined {
  const { ok, output } = npm(registry, "view", `${name}@${version}`, "dist.integrity", "--prefer-online");
  return ok && output !== "" ? output : undefined;
}

/** Wait until the registry gives the package back as it was sent. @throws Error where it does not in time */
async function readBack(registry: string, wanted: Package): Promise<void> {
  const end = performance.now() + READABLE;
  while (published(registry, wanted) !== wanted.integrity) {
    if (performance.now() > end) throw new Error(`${wanted.name}@${wanted.version} cannot be read back`);
    await Bun.sleep(1000);
  }
  const { output } = npm(
    registry,
    "view",
    `${wanted.name}@${wanted.version}`,
    "dist.tarball",
    "--prefer-online",
  );
  const answer = await fetch(output);
  const given = integrityOf(new Uint8Array(await answer.arrayBuffer()));
  if (given !== wanted.integrity) throw new Error(`${output} is not what was published`);
}

/** Publish what is not there yet. @throws Error at the first package that the registry refuses or changes */
export async function publish(directory: string, registry: string): Promise<void> {
  for (const one of await inOrder(directory)) {
    const there = published(registry, one);
    if (there !== undefined && there !== one.integrity) {
      throw new Error(`The registry has another ${one.name}@${one.version}: raise the version, make it anew`);
    }
    if (there === undefined) {
      const { ok, output } = npm(registry, "publish", one.file);
      if (!ok) throw new Error(`Cannot publish ${one.name}:\n${output}`);
    }
    await readBack(registry, one);
    console.log(`${one.name}@${one.version} ${there === undefined ? "published" : "was there"}`);
  }
}

if (import.meta.main) {
  const at = process.argv.indexOf("--registry");
  const registry = at < 0 ? "https://registry.npmjs.org/" : process.argv[at + 1] ?? "";
  try {
    await publish(join(import.meta.dir, "..", "dist", "packages"), registry);
  } catch (error) {
    console.error(`publish: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}
