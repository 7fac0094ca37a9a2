/** The command on npm: a launcher, and a package with the program for each target. None has an install script. */
import { join } from "node:path";
import type { Member } from "../archive.ts";
import type { Target } from "../targets.ts";
import { nativePackage, NPM } from "../../src/native/names.ts";
import { programName } from "../../src/native/target.ts";
import { manifest, tarball } from "./npm-tarball.ts";
import { document, type PackageFile, type Source, SUMMARY, text } from "./source.ts";

const root = join(import.meta.dir, "..", "..");

/** `os`, `cpu` and `libc` by which package managers tell whether a machine wants a package. */
function platform(target: Target) {
  const [system = "", arch = "", libc] = target.split("-");
  return {
    os: [system === "windows" ? "win32" : system],
    cpu: [arch],
    ...system === "linux" ? { libc: [libc ?? "glibc"] } : {},
  };
}

async function native(source: Source, target: Target): Promise<PackageFile> {
  const name = nativePackage(target);
  const members: Member[] = [
    manifest(source, name, {
      description: `The program of ${NPM.command} for ${target}`,
      ...platform(target),
      // Yarn's Plug'n'Play leaves packages in their zip; nobody can start a program in there.
      preferUnplugged: true,
    }),
    { name: `bin/${programName(target)}`, bytes: await source.program(target), executable: true },
    document("LICENSE", "LICENSE"),
    { name: "README.md", bytes: text(nativeReadme(name, target)), executable: false },
  ];
  return tarball(source, name, members);
}

const nativeReadme = (name: string, target: Target): string =>
  `# ${name}\n\nThe program of [${NPM.command}](https://www.npmjs.com/package/${NPM.command}) for ${target}. ` +
  `Install that package: it brings this one where it fits.\n`;

/** The launcher, one CommonJS file. @throws Error where it cannot be bundled */
export async function launcher(version: string): Promise<Uint8Array> {
  const built = await Bun.build({
    entrypoints: [join(root, "src", "launcher.ts")],
    target: "node",
    format: "cjs",
    define: { LAUNCHER_VERSION: JSON.stringify(version) },
    banner: "#!/usr/bin/env node\nconst LAUNCHER_FILE = __filename, LAUNCHER_REQUIRE = require;",
  });
  const [file] = built.outputs;
  if (!built.success || file === undefined) {
    throw new Error(`Cannot bundle the launcher: ${built.logs.join("\n")}`);
  }
  return new Uint8Array(await file.arrayBuffer());
}

async function command(source: Source): Promise<PackageFile> {
  const { version, targets } = source;
  return tarball(source, NPM.command, [
    manifest(source, NPM.command, {
      description: SUMMARY,
      keywords: ["terminal", "session", "tmux", "worktree", "cli"],
      bin: { berth: "bin/berth.cjs" },
      engines: { node: ">=18" },
      optionalDependencies: Object.fromEntries(targets.map((target) => [nativePackage(target), version])),
    }),
    { name: "bin/berth.cjs", bytes: await launcher(version), executable: true },
    document("LICENSE", "LICENSE"),
    document("README.md", "README.md"),
  ]);
}

/** The native packages first: whoever publishes in this order never has a launcher without its programs. */
export async function* npmCommand(source: Source): AsyncGenerator<PackageFile> {
  for (const target of source.targets) yield await native(source, target);
  yield await command(source);
}
