/** The library as npm serves it, on the runtimes that it is for. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import manifest from "../../package.json" with { type: "json" };
import { npmLibrary } from "../../scripts/packages/npm-library.ts";
import type { Source } from "../../scripts/packages/source.ts";
import { tools } from "../../scripts/tools.ts";
import { NPM } from "../../src/native/names.ts";
import { berth, directory, root, run, scratch } from "../support/berth.ts";
import { MAINTAINER, packaged } from "../support/packaged.ts";

setDefaultTimeout(60_000);

const source: Source = {
  version: manifest.version,
  epoch: 1_790_000_000,
  homepage: "https://berth.invalid/",
  downloads: "https://berth.invalid/download",
  maintainer: MAINTAINER,
  targets: [],
  sum: () => "",
  program: () => Promise.reject(new Error("The library has no program")),
};
const made = await packaged(source, [npmLibrary]);
const tarball = join(made, readdirSync(made).find((name) => name.endsWith(".tgz")) ?? "");

/** A project in which it is installed: unpacked, with what it depends on from this checkout. */
const project = scratch();
const installed = directory(project, "node_modules", NPM.library);
await run(["tar", "xzf", tarball, "--strip-components=1", "-C", installed]);
const { dependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};
for (const name of Object.keys(dependencies)) {
  symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
}
writeFileSync(join(project, "package.json"), `{ "type": "module" }\n`);
writeFileSync(join(project, "deno.json"), `{ "nodeModulesDir": "manual" }\n`);

const HOME = directory(project, "home");
const env = { HOME, BERTH_SESSION: "a b", DENO_DIR: join(project, "deno"), NO_COLOR: "1" };
const RUNTIMES: Readonly<Record<string, readonly string[]>> = {
  bun: [process.execPath],
  deno: [join(root, "node_modules", ".bin", "deno"), "run", "-A"],
  node: ["node"],
};

/** Run a program on a runtime, in the project. */
function program(runtime: string, name: string, text: string) {
  writeFileSync(join(project, name), text);
  return run([...RUNTIMES[runtime] ?? [], name], { cwd: project, env, limit: 60_000 });
}

test("the same again gives the same bytes", async () => {
  const again = await packaged(source, [npmLibrary]);
  expect(readFileSync(join(again, "SHA256SUMS"), "utf8")).toBe(
    readFileSync(join(made, "SHA256SUMS"), "utf8"),
  );
});

test("publint and attw have nothing against it", async () => {
  const publint = await run(["node", join(tools(), ".bin", "publint"), tarball, "--strict"], {
    cwd: project,
  });
  expect([publint.status, publint.stdout]).toEqual([0, expect.stringContaining("All good!")]);
  const attw = await run(["node", join(tools(), ".bin", "attw"), tarball, "--profile", "esm-only"], {
    cwd: project,
  });
  expect([attw.status, attw.status === 0 ? "" : attw.stdout]).toEqual([0, ""]);
}, 60_000);

describe.each(Object.keys(RUNTIMES))("%s:", (runtime) => {
  test("it finds the session that the program finds, and reads what is kept", async () => {
    expect((await run([berth, "set", "color", "red"], { env })).status).toBe(0);
    const { stdout, stderr, status } = await program(
      runtime,
      "read.mjs",
      `import { openStore, readRecord, resolveSession } from "${NPM.library}";
const { id, stable } = await resolveSession();
const record = readRecord(openStore(), id);
console.log(JSON.stringify([id, stable, record?.sharedState]));
`,
    );
    expect([status, stderr]).toEqual([0, ""]);
    const id = (await run([berth, "id"], { env })).stdout.trim();
    expect(JSON.parse(stdout)).toEqual([id, true, { color: "red" }]);
  });
});

const WRITE = `import { updateSession } from "${NPM.library}";
try {
  await updateSession("ex--lib_" + "00", (session) => { session.sharedState.n = 1; });
  console.log("written");
} catch (error) {
  console.log(error.code, error.exit);
}
`;

test.each([["bun"], ["deno"]])("%s writes under a lock", async (runtime) => {
  expect((await program(runtime, "write.mjs", WRITE)).stdout).toBe("written\n");
});

test("Node cannot lock, and says so before it writes", async () => {
  expect((await program("node", "write.mjs", WRITE)).stdout).toBe("no_locks 1\n");
});

test("require takes it, for nothing in it awaits while it is loaded", async () => {
  const { stdout, stderr } = await program(
    "node",
    "read.cjs",
    `const { resolveSession } = require("${NPM.library}");\nresolveSession().then(({ id }) => console.log(id));\n`,
  );
  // Node 20 says that requiring modules is experimental; it works.
  expect(stderr.replace(/^\(node:\d+\) ExperimentalWarning.*\n.*\n/, "")).toBe("");
  expect(stdout).toBe((await run([berth, "id"], { env })).stdout);
});

test("its types are there for a program that is checked", async () => {
  mkdirSync(join(project, "types"), { recursive: true });
  writeFileSync(
    join(project, "types", "a.ts"),
    `import { type Resolution, resolveSession } from "${NPM.library}";
const found: Resolution = await resolveSession({ label: "x" });
// @ts-expect-error a label is a text
await resolveSession({ label: 1 });
export const id: string = found.id;
`,
  );
  const words = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--skipLibCheck",
    "types/a.ts",
  ];
  const done = await run([join(root, "node_modules", ".bin", "tsc"), ...words], {
    cwd: project,
    limit: 60_000,
  });
  expect([done.status, done.stdout]).toEqual([0, ""]);
});
