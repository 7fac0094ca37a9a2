/** The library on npm: `src/mod.ts` and what it needs, compiled file by file to ES modules with their types. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { NPM } from "../../src/native/names.ts";
import type { Member } from "../archive.ts";
import { manifest, tarball } from "./npm-tarball.ts";
import { document, type PackageFile, type Source, text } from "./source.ts";

const root = join(import.meta.dir, "..", "..");

/** As the project is checked; `using` is spelled out, since Node 20 does not know it. */
const options = (outDir: string) => ({
  extends: join(root, "tsconfig.json"),
  compilerOptions: {
    noEmit: false,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    module: "ESNext",
    target: "ES2023",
    rootDir: join(root, "src"),
    typeRoots: [join(root, "node_modules", "@types")],
    outDir,
  },
  files: [join(root, "src", "mod.ts")],
  include: [],
});

/** Every file of the library, by its path in the package. @throws Error where it does not compile */
export function compiledLibrary(): Member[] {
  const work = mkdtempSync(join(tmpdir(), "berth-library-"));
  try {
    const out = join(work, "out");
    writeFileSync(join(work, "tsconfig.json"), JSON.stringify(options(out)));
    const done = Bun.spawnSync([join(root, "node_modules", ".bin", "tsc"), "-p", work], { stdout: "pipe" });
    if (!done.success) throw new Error(`The library does not compile:\n${done.stdout}`);
    return readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(
      (entry) => {
        const path = join(entry.parentPath, entry.name);
        return {
          name: `lib/${relative(out, path)}`,
          bytes: new Uint8Array(readFileSync(path)),
          executable: false,
        };
      },
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The packages that are imported, in the versions that the project is tested with. */
export function dependencies(members: readonly Member[]): Record<string, string> {
  const known = Object.entries(packageJson.dependencies);
  const source = members.map(({ bytes }) => new TextDecoder().decode(bytes)).join("\n");
  return Object.fromEntries(
    known.filter(([name]) => source.includes(`from "${name}"`) || source.includes(`"${name}/`)),
  );
}

export const LIBRARY_README = `# ${NPM.library}

The session of the terminal that a program runs in, and the state that belongs to it: what
[berth](https://www.npmjs.com/package/${NPM.command}) answers, as functions.

\`\`\`js
import { resolveSession } from "${NPM.library}";

const { id, stable } = await resolveSession();
\`\`\`

Whole on Bun and on Deno. On Node (20.19 and later, \`require\` included) it finds the session and reads by itself; Node
cannot lock files, so for writing and for Lua it needs the program: the one that \`BERTH_BINARY\` names, that of
\`npm install ${NPM.command}\`, or \`berth\` on the PATH. Without one, and on Windows, writing fails with \`no_locks\`.
`;

export async function* npmLibrary(source: Source): AsyncGenerator<PackageFile> {
  const members = compiledLibrary();
  yield await tarball(source, NPM.library, [
    manifest(source, NPM.library, {
      description: "The session of the terminal that a program runs in, and the state that belongs to it",
      type: "module",
      sideEffects: false,
      exports: {
        ".": { types: "./lib/mod.d.ts", default: "./lib/mod.js" },
        "./package.json": "./package.json",
      },
      engines: { node: ">=20.19" },
      dependencies: dependencies(members),
    }),
    ...members,
    { name: "README.md", bytes: text(LIBRARY_README), executable: false },
    document("LICENSE", "LICENSE"),
  ]);
}
