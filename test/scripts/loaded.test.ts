/** What a command loads: what the bundler puts together may be more than its source imports. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { entry, FLAGS } from "../../scripts/build.ts";
import { ownTarget } from "../../scripts/targets.ts";
import { scratch } from "../support/berth.ts";

const root = join(import.meta.dir, "../..");

/** The pieces of the program, each with the sources in it and what it loads before it runs. */
function pieces() {
  const directory = scratch();
  const flags = FLAGS.filter((flag) => !/compile|bytecode|minify/.test(flag));
  const defines = { BERTH_COMMIT: "x", BERTH_TARGET: ownTarget(), BERTH_SYSTEM: "linux", __filename: "/x" };
  const built = Bun.spawnSync([
    process.execPath,
    "build",
    join(root, entry(ownTarget())),
    "--target=bun",
    "--minify-syntax",
    `--outdir=${directory}`,
    ...flags,
    ...Object.entries(defines).map(([name, value]) => `--define=${name}=${JSON.stringify(value)}`),
  ], { cwd: root, stderr: "pipe" });
  if (!built.success) throw new Error(built.stderr.toString());
  return new Map(
    readdirSync(directory).map((file) => {
      const text = readFileSync(join(directory, file), "utf8");
      const loads = [...text.matchAll(/^(?:import|export)\b[^;"]*"([^"]+)"/gm)].map(([, from = ""]) =>
        from.startsWith("./") ? basename(from) : from.replace("node:", "")
      );
      const sources = [...text.matchAll(/^\/\/ (?:\.\.\/)*((?:src|node_modules)\/.+)$/gm)].map((
        [, path = ""],
      ) => path);
      return [file, { loads, sources }];
    }),
  );
}

const all = pieces();

/** Sources and modules of the runtime that are loaded with a source. */
function loadedWith(source: string): Set<string> {
  const found = [...all].filter(([, { sources }]) => sources.includes(source)).map(([file]) => file);
  expect(found.length).toBe(1);
  const seen = new Set<string>();
  for (const file of found) {
    if (seen.has(file)) continue;
    seen.add(file);
    const { loads = [], sources = [] } = all.get(file) ?? {};
    found.push(...loads);
    for (const each of sources) seen.add(each);
  }
  return seen;
}

const command = (
  name: string,
) => [...loadedWith("src/cli/run.ts"), ...loadedWith(`src/cli/commands/${name}.ts`)];

test.each(["help", "version", "status-line", "where"])(
  "berth %s: not what reads files for the others",
  (name) => {
    expect(command(name)).not.toContain("fs");
  },
);

test("the others load it", () => {
  expect(command("set")).toContain("fs");
});

test.each(["set", "get", "run", "destroy/destroy", "new/new", "finish/finish", "list", "id", "agent/agent"])(
  "berth %s: no library that it can do without",
  (name) => {
    const libraries = command(name).filter((source) => source.startsWith("node_modules/"))
      .map((path) => path.split("/").slice(1, path.startsWith("node_modules/@") ? 3 : 2).join("/"));
    expect([...new Set(libraries)].filter((library) => library !== "valibot")).toEqual([]);
  },
);
