/** The rooms of docs/architecture.md are those of the source: who may import whom is read from the page itself. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { root } from "./support/berth.ts";

const src = join(root, "src");
const files = [...new Bun.Glob("**/*.ts").scanSync(src)].sort();
const sourceOf = (file: string) => readFileSync(join(src, file), "utf8");

/** A row of a table: a folder or file of `src`, and what it may not import of the rows above it. */
interface Room {
  /** `sessions/git` or `cli/run.ts`. */
  readonly path: string;
  readonly mayImport: "nothing" | "above" | "all";
  readonly butNot: readonly string[];
}

/** Tables whose first column names places in `src`, each with the places in it from the lowest up. */
function tablesOf(page: string): Room[][] {
  const blocks = page.split("\n\n").filter((block) => block.startsWith("|") && block.includes("may import"));
  return blocks.map((block) => block.split("\n").slice(2).filter((line) => line !== "").flatMap(rowsOf));
}

function rowsOf(line: string): Room[] {
  const cells = line.split("|").map((cell) => cell.trim());
  const [places = "", may = ""] = [cells[1], cells.at(-2)];
  const [allowed = "", not = ""] = may.split(" but ");
  const mayImport = allowed === "nothing of ours"
    ? "nothing" as const
    : allowed === "the above"
    ? "above" as const
    : allowed === "all"
    ? "all" as const
    : undefined;
  if (mayImport === undefined) throw new Error(`"${may}" says not what may be imported`);
  return wordsOf(places).map((path) => ({
    path: path.replace(/^src\//, "").replace(/\/$/, ""),
    mayImport,
    butNot: wordsOf(not),
  }));
}

const wordsOf = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);

const TABLES = tablesOf(readFileSync(join(root, "docs", "architecture.md"), "utf8"));

/** Every module that a file names: static, dynamic, re-exported, and in types (`import("x")`). */
function importsOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
  const spelled = /\b(?:from|import)\s*\(?\s*(["'`])([^"'`\n]+)\1/g;
  return [...code.matchAll(spelled)].map(([, , name]) => name ?? "");
}

const targetOf = (file: string, name: string) => relative(src, normalize(join(src, dirname(file), name)));

/** The row of a table that a file is in. */
const roomOf = (table: readonly Room[], file: string): number =>
  table.findIndex(({ path }) => file === path || file.startsWith(`${path}/`));

/** The folder that a table is about, empty for `src` itself. */
const placeOf = ([first]: readonly Room[]): string => dirname(first?.path ?? "").replace(/^\.$/, "");

function faultIn(table: readonly Room[], file: string, target: string): string | undefined {
  const place = placeOf(table);
  const inside = (path: string) => place === "" || path.startsWith(`${place}/`);
  if (!inside(file) || !inside(target)) return undefined;
  const [from, to] = [roomOf(table, file), roomOf(table, target)];
  const [at, aim] = [table[from], table[to]];
  if (at === undefined) return `${file} is in no room of the page`;
  if (aim === undefined) return `${target} is in no room of the page`;
  if (from === to) return undefined;
  if (aim.mayImport === "all") return "nobody imports an entry";
  if (at.mayImport === "all") return undefined;
  if (at.mayImport === "nothing") return `${at.path} imports nothing`;
  if (to > from) return `${aim.path} does not come before ${at.path}`;
  return at.butNot.includes(aim.path) ? `${at.path} does not know ${aim.path}` : undefined;
}

function faults(file: string, source: string): string[] {
  return importsOf(source).filter((name) => name.startsWith(".")).flatMap((name) => {
    const target = targetOf(file, name);
    if (target === "../package.json") return [];
    const found = target.startsWith("..")
      ? ["leaves src"]
      : TABLES.flatMap((table) => faultIn(table, file, target) ?? []);
    return found.map((what) => `${file} imports ${name}: ${what}`);
  });
}

type Graph = ReadonlyMap<string, readonly string[]>;

const graphOf = (sources: readonly (readonly [string, string])[]): Graph =>
  new Map(sources.map(([file, source]) => [
    file,
    importsOf(source).filter((name) => name.startsWith(".")).map((name) => targetOf(file, name)),
  ]));

/** A way round from a file back to itself, by a search in depth; null where there is none. */
function circleIn(graph: Graph): string[] | null {
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): string[] | null => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const circle = walk(next, [...way, file]);
      if (circle !== null) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const circle = walk(file, []);
    if (circle !== null) return circle;
  }
  return null;
}

describe("the rooms of the page", () => {
  test("there is a table of src, of the sessions, of the sandbox and of the command line", () => {
    expect(TABLES.map(placeOf)).toEqual(["", "sessions", "sandbox", "cli"]);
  });

  test("every file is in a room, and every room has a file", () => {
    for (const table of TABLES) {
      const place = placeOf(table);
      const all = files.filter((file) => place === "" || file.startsWith(`${place}/`));
      expect(all.filter((file) => roomOf(table, file) < 0)).toEqual([]);
      const lived = new Set(all.map((file) => roomOf(table, file)));
      expect(table.filter((_, at) => !lived.has(at)).map(({ path }) => path)).toEqual([]);
    }
  });

  test("every import follows the order of the rooms", () => {
    expect(files.length).toBeGreaterThan(30);
    expect(files.flatMap((file) => faults(file, sourceOf(file)))).toEqual([]);
  });

  test("no file imports itself by way of others, types included", () => {
    expect(circleIn(graphOf(files.map((file) => [file, sourceOf(file)])))).toBeNull();
  });

  test("nor does one of the scripts and the tests", () => {
    const others = ["scripts", "test"].flatMap((folder) =>
      [...new Bun.Glob(`${folder}/**/*.ts`).scanSync(root)].map((file) => relative(src, join(root, file)))
    );
    expect(others.length).toBeGreaterThan(300);
    expect(circleIn(graphOf(others.map((file) => [file, sourceOf(file)])))).toBeNull();
  });
});

test("every path that the page names is there", () => {
  const page = readFileSync(join(root, "docs", "architecture.md"), "utf8");
  const folders = ["facts", "identity", "store", "sessions", "sandbox", "cli"].join("|");
  const named = wordsOf(page).filter((word) =>
    /^(src|test|scripts)\//.test(word) || RegExp(`^(${folders})/`).test(word)
  );
  expect(named.length).toBeGreaterThan(60);
  const at = (word: string) => join(/^(src|test|scripts)\//.test(word) ? root : src, word);
  expect(named.filter((word) => !existsSync(at(word)))).toEqual([]);
});

test("no file has the marks of a merge that was not solved", () => {
  const { exitCode, stdout } = Bun.spawnSync(["git", "grep", "-lE", "^[ *]*(<{7}|>{7}) ", "--", "."], {
    cwd: root,
  });
  // 1: nothing was found.
  expect([stdout.toString(), exitCode]).toEqual(["", 1]);
});

test("files are imported with their ending, and node's own modules by their full name", () => {
  const odd = files.flatMap((file) =>
    importsOf(sourceOf(file))
      .filter((name) =>
        name.startsWith(".")
          ? !/\.(ts|json|wasm|sh|zsh|fish|ps1|nu)$/.test(name)
          : /^(fs|path|os|crypto|process)$/.test(name)
      )
      .map((name) => `${file}: ${name}`)
  );
  expect(odd).toEqual([]);
});

test("no two exported types have the same name", () => {
  const names = files.flatMap((file) =>
    [...sourceOf(file).matchAll(/^export (?:abstract )?(?:interface|type|class) (\w+)/gm)].map(([, name]) =>
      name
    )
  );
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test.each([
  ["facts/x.ts", `import { y } from "../identity/y.ts";`],
  ["identity/x.ts", `import type { y } from "../cli/run.ts";`],
  ["store/x.ts", `await import("../sessions/git/y.ts");`],
  ["sessions/git/x.ts", `import "../../sandbox/files/y.ts";`],
  ["sandbox/files/x.ts", `export * from "../../sessions/model/y.ts";`],
  ["cli/say/x.ts", `import { y } from '../../mod.ts';`],
  ["cli/commands/x.ts", `import {\n  a,\n  b,\n} from "../../main.ts";`],
  ["facts/x.ts", `import { y } from "../../test/y.ts";`],
  ["errors/x.ts", `import { y } from "../facts/y.ts";`],
  ["facts/x.ts", `type Y = import("../store/y.ts").Y;`],
  ["facts/x.ts", `import { y } from "../drawer/y.ts";`],
  ["sessions/model/x.ts", `import { y } from "../git/y.ts";`],
  ["sessions/git/x.ts", `import type { y } from "../steps/y.ts";`],
  ["cli/commands/x.ts", `import { y } from "../table.ts";`],
  ["cli/line/x.ts", `import { y } from "../say/y.ts";`],
  ["sandbox/files/x.ts", `import { y } from "../lua/y.ts";`],
])("an arrow that points back is found: %s, %s", (file, source) => {
  expect(faults(file, source)).toHaveLength(1);
});

test.each([
  ["identity/x.ts", `import { y } from "../facts/y.ts";`],
  ["cli/commands/x.ts", `import { y } from "../../sessions/steps/y.ts"; import { z } from "./z.ts";`],
  ["facts/x.ts", `import { fail } from "../errors/errors.ts";`],
  ["main.ts", `import { run } from "./cli/run.ts";`],
  ["facts/x.ts", `// import { y } from "../cli/y.ts";\n/* import "../cli/y.ts" */`],
  ["sessions/steps/x.ts", `import { y } from "../git/y.ts";`],
])("an arrow that points on is none: %s, %s", (file, source) => {
  expect(faults(file, source)).toEqual([]);
});

test.each(
  [
    [[["a.ts", `import "./b.ts";`], ["b.ts", `import type { A } from "./a.ts";`]], ["a.ts", "b.ts", "a.ts"]],
    [
      [["a.ts", `import "./b.ts";`], ["b.ts", `await import("./c.ts");`], [
        "c.ts",
        `export * from "./b.ts";`,
      ]],
      [
        "b.ts",
        "c.ts",
        "b.ts",
      ],
    ],
    [[["a.ts", `import "./b.ts"; import "./c.ts";`], ["b.ts", `import "./c.ts";`], ["c.ts", ""]], null],
  ] as const,
)("a circle is found: %j", (sources, circle) => {
  expect(circleIn(graphOf(sources))).toEqual(circle === null ? null : [...circle]);
});
