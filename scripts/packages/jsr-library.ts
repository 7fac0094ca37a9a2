/** The library for JSR: the sources that `src/mod.ts` needs, with a `jsr.json`, as the directory that is published. */
import { NPM } from "../../src/native/names.ts";
import type { Member } from "../archive.ts";
import { tarGz } from "../archive.ts";
import { compiledLibrary, dependencies, LIBRARY_README } from "./npm-library.ts";
import { document, type PackageFile, type Source, text } from "./source.ts";

/** The sources by which the compiler reached what it compiled. */
const sources = (compiled: readonly Member[]): Member[] =>
  compiled.filter(({ name }) => name.endsWith(".js")).map(({ name }) => {
    const path = name.replace(/^lib\//, "src/").replace(/\.js$/, ".ts");
    return document(path, path);
  });

function configuration(version: string, compiled: readonly Member[]): string {
  const imports = Object.entries(dependencies(compiled)).map(([name, at]) => [name, `npm:${name}@${at}`]);
  const content = {
    name: NPM.library,
    version,
    license: "MIT",
    exports: "./src/mod.ts",
    imports: Object.fromEntries(imports),
    compilerOptions: { types: ["npm:@types/bun"], exactOptionalPropertyTypes: true },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

export async function* jsrLibrary({ version, epoch }: Source): AsyncGenerator<PackageFile> {
  const compiled = compiledLibrary();
  const members = [
    { name: "jsr.json", bytes: text(configuration(version, compiled)), executable: false },
    { name: "README.md", bytes: text(LIBRARY_README), executable: false },
    document("LICENSE", "LICENSE"),
    ...sources(compiled),
  ].map((member) => ({ ...member, name: `library/${member.name}` }));
  yield {
    name: `berth-library-jsr-${version}.tar.gz`,
    bytes: await tarGz(members, new Date(epoch * 1000)),
  };
}
