import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { root } from "./support/berth.ts";

/** Folders in the order in which data flows; those in one row do not know each other. */
const LAYERS: readonly (readonly string[])[] = [
  ["errors", "native"],
  ["facts"],
  ["identity"],
  ["store"],
  ["events"],
  ["sessions", "sandbox"],
  ["hooks"],
  ["cli"],
];

/** What stands beside the folders: the ends, which nobody imports. */
const ENTRIES = ["main.ts", "main-linux.ts", "launcher.ts", "mod.ts"];

const src = join(root, "src");
const files = [...new Bun.Glob("**/*.ts").scanSync(src)].sort();

/** Every module that a file names: static, dynamic, re-exported, and in types (`import("x")`). */
function importsOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
  const spelled = /\b(?:from|import)\s*\(?\s*(["'`])([^"'`\n]+)\1/g;
  return [...code.matchAll(spelled)].map(([, , name]) => name ?? "");
}

const layerOf = (folder: string) => LAYERS.findIndex((row) => row.includes(folder));
const folderOf = (file: string) => file.includes("/") ? file.slice(0, file.indexOf("/")) : "";

/** @returns what is wrong with an import, nothing when it is right */
function fault(file: string, target: string): string | undefined {
  if (target.startsWith("..")) return target === "../package.json" ? undefined : "leaves src";
  if (ENTRIES.includes(target)) return "nobody imports an entry";
  if (ENTRIES.includes(file)) return undefined;
  const [from, to] = [folderOf(file), folderOf(target)];
  if (layerOf(from) < 0 || layerOf(to) < 0) return "a folder that has no place in the order";
  return from === to || layerOf(to) < layerOf(from) ? undefined : `${to} does not come before ${from}`;
}

function faults(file: string, source: string): string[] {
  return importsOf(source).filter((name) => name.startsWith(".")).flatMap((name) => {
    const target = relative(src, normalize(join(src, dirname(file), name)));
    const what = fault(file, target);
    return what === undefined ? [] : [`${file} imports ${name}: ${what}`];
  });
}

test("every import follows the order of the folders", () => {
  expect(files.length).toBeGreaterThan(30);
  expect(files.flatMap((file) => faults(file, readFileSync(join(src, file), "utf8")))).toEqual([]);
});

test("every folder has its place in the order", () => {
  const folders = new Set(files.map(folderOf).filter((folder) => folder !== ""));
  expect([...folders].filter((folder) => layerOf(folder) < 0)).toEqual([]);
});

test("files are imported with their ending, and node's own modules by their full name", () => {
  const odd = files.flatMap((file) =>
    importsOf(readFileSync(join(src, file), "utf8"))
      .filter((name) =>
        name.startsWith(".")
          ? !/\.(ts|json|wasm|sh|zsh|fish|ps1|nu)$/.test(name)
          : /^(fs|path|os|crypto|process)$/.test(name)
      )
      .map((name) => `${file}: ${name}`)
  );
  expect(odd).toEqual([]);
});

test.each([
  ["facts/x.ts", `import { y } from "../identity/y.ts";`],
  ["identity/x.ts", `import type { y } from "../cli/y.ts";`],
  ["store/x.ts", `await import("../sessions/y.ts");`],
  ["sessions/x.ts", `import "../sandbox/y.ts";`],
  ["sandbox/x.ts", `export * from "../sessions/y.ts";`],
  ["cli/x.ts", `import { y } from '../mod.ts';`],
  ["cli/x.ts", `import {\n  a,\n  b,\n} from "../main.ts";`],
  ["facts/x.ts", `import { y } from "../../test/y.ts";`],
  ["errors/x.ts", `import { y } from "../facts/y.ts";`],
  ["facts/x.ts", `type Y = import("../store/y.ts").Y;`],
  ["facts/x.ts", `import { y } from "../drawer/y.ts";`],
])("an arrow that points back is found: %s, %s", (file, source) => {
  expect(faults(file, source)).toHaveLength(1);
});

test.each([
  ["identity/x.ts", `import { y } from "../facts/y.ts";`],
  ["cli/x.ts", `import { y } from "../sessions/y.ts"; import { z } from "./z.ts";`],
  ["facts/x.ts", `import { fail } from "../errors/errors.ts";`],
  ["main.ts", `import { run } from "./cli/run.ts";`],
  ["facts/x.ts", `// import { y } from "../cli/y.ts";\n/* import "../cli/y.ts" */`],
])("an arrow that points on is none: %s, %s", (file, source) => {
  expect(faults(file, source)).toEqual([]);
});
