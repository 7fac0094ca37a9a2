/** The library as npm serves it, on the runtimes that it is for. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import manifest from "../../package.json" with { type: "json" };
import { jsrLibrary } from "../../scripts/packages/jsr-library.ts";
import { npmLibrary } from "../../scripts/packages/npm-library.ts";
import type { Source } from "../../scripts/packages/source.ts";
import { tools } from "../../scripts/tools.ts";
import { nativePackage, NPM } from "../../src/native/names.ts";
import { ownTarget } from "../../scripts/targets.ts";
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
const made = await packaged(source, [npmLibrary, jsrLibrary]);
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
  const again = await packaged(source, [npmLibrary, jsrLibrary]);
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

/** Deno, without colours and without a network. */
const deno = (cwd: string, ...words: string[]) =>
  run(["unshare", "-n", join(root, "node_modules", ".bin", "deno"), ...words], {
    cwd,
    env: { NO_COLOR: "1", DENO_DIR: join(project, "deno") },
    limit: 60_000,
  });

test("every public symbol is documented, and no type of it is private", async () => {
  const { stderr, status } = await deno(root, "doc", "--lint", "src/mod.ts");
  expect([status, stderr.split("\n").filter((line) => line.startsWith("error"))]).toEqual([0, []]);
});

test("JSR would take it, as far as that is told without a network", async () => {
  const jsr = directory(project, "jsr");
  const packed = join(made, readdirSync(made).find((name) => name.includes("-jsr-")) ?? "");
  await run(["tar", "xzf", packed, "--strip-components=1", "-C", jsr]);
  const configuration = JSON.parse(readFileSync(join(jsr, "jsr.json"), "utf8")) as Record<string, object>;
  expect(configuration).toMatchObject({ name: NPM.library, version: manifest.version });
  // Where there is a network they are fetched.
  const local = { ...configuration, nodeModulesDir: "manual", exclude: ["node_modules", "package.json"] };
  writeFileSync(join(jsr, "jsr.json"), JSON.stringify(local));
  const devDependencies = { "@types/bun": manifest.devDependencies["@types/bun"] };
  writeFileSync(join(jsr, "package.json"), JSON.stringify({ dependencies, devDependencies }));
  symlinkSync(join(root, "node_modules"), join(jsr, "node_modules"));
  const publish = ["publish", "--dry-run", "--allow-dirty"];
  const done = await deno(jsr, ...publish, "--allow-slow-types");
  expect([done.status, done.stderr]).toEqual([0, expect.stringContaining("Dry run complete")]);
  expect(done.stderr).toContain("src/mod.ts");
  expect(done.stderr).not.toMatch(/src\/(cli|hooks|agents)\//);
});

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

test.each([["bun"], ["deno"]])("%s writes under a lock of its own", async (runtime) => {
  expect((await program(runtime, "write.mjs", WRITE)).stdout).toBe("written\n");
});

describe("Node writes by the program:", () => {
  const node = Bun.which("node") ?? "node";
  const write = (PATH: string, more: Record<string, string> = {}, text = WRITE) => {
    writeFileSync(join(project, "write.mjs"), text);
    return run([node, "write.mjs"], { cwd: project, env: { ...env, PATH, ...more }, limit: 60_000 });
  };
  const empty = directory(project, "empty");

  test("where there is none it says so before it writes, and what to install", async () => {
    const told = WRITE.replace("error.code, error.exit", "error.code, error.exit, error.hint");
    expect((await write(empty, {}, told)).stdout).toBe(`no_locks 1 Type "npm install ${NPM.command}"\n`);
  });

  test("the one on the PATH", async () => {
    const bin = directory(project, "on-path");
    symlinkSync(berth, join(bin, "berth"));
    expect((await write(`${empty}:relative::${bin}`)).stdout).toBe("written\n");
  });

  test("the one of the package for this machine", async () => {
    const name = nativePackage(ownTarget());
    const native = directory(project, "node_modules", name, "bin");
    writeFileSync(join(project, "node_modules", name, "package.json"), `{ "name": "${name}" }`);
    symlinkSync(berth, join(native, "berth"));
    expect((await write(empty)).stdout).toBe("written\n");
    rmSync(join(project, "node_modules", name), { recursive: true });
  });

  test("the one that BERTH_BINARY names, before any other", async () => {
    expect((await write(empty, { BERTH_BINARY: berth })).stdout).toBe("written\n");
    const told = WRITE.replace("error.code, error.exit", "error.code, error.message");
    const other = await write(dirname(berth), { BERTH_BINARY: "/bin/false" }, told);
    expect(other.stdout).toBe(`lock_program_failed Cannot lock a file by "/bin/false": it ended with 1\n`);
    const none = await write(dirname(berth), { BERTH_BINARY: "/none" }, told);
    expect(none.stdout).toContain("lock_program_failed");
    expect(none.stdout).toContain("ENOENT");
  });

  test("no increment is lost beside those of the program, and a held lock is waited for", async () => {
    const COUNT = `import { resolveSession, updateSession } from "${NPM.library}";
const { id } = await resolveSession();
for (let at = 0; at < 15; at += 1) {
  await updateSession(id, ({ sharedState }) => { sharedState.n = Number(sharedState.n ?? 0) + 1; },
    { waitMs: 60_000 });
}
`;
    writeFileSync(join(project, "count.mjs"), COUNT);
    const more = { ...env, BERTH_BINARY: berth, BERTH_SESSION: "count" };
    const writer = () => run([node, "count.mjs"], { cwd: project, env: more, limit: 60_000 });
    const other = async () => {
      for (let at = 0; at < 15; at += 1) {
        expect((await run([berth, "incr", "n", "--wait", "60"], { env: more, limit: 60_000 })).status).toBe(
          0,
        );
      }
    };
    const ended = await Promise.all([writer(), writer(), other()]);
    expect(ended.slice(0, 2)).toEqual([
      { stdout: "", stderr: "", status: 0 },
      { stdout: "", stderr: "", status: 0 },
    ]);
    const kept = await run([berth, "get", "n"], { env: more });
    expect(kept.stdout).toBe("45\n");
  });

  test("a lock is Node's own while it is held, and free when Node was killed", async () => {
    const HOLD = `import { lockScope, openStore, resolveSession } from "${NPM.library}";
const { id } = await resolveSession();
const lock = await lockScope(openStore(), { kind: "session", id });
console.log(lock.held);
setTimeout(() => lock.release(), 60_000);
`;
    writeFileSync(join(project, "hold.mjs"), HOLD);
    const more = { ...env, BERTH_BINARY: berth, BERTH_SESSION: "held" };
    const held = Bun.spawn([node, "hold.mjs"], {
      cwd: project,
      env: { ...more, PATH: empty },
      stdout: "pipe",
    });
    await held.stdout.getReader().read();
    const set = () => run([berth, "set", "k", "v", "--wait", "0.2"], { env: more });
    const refused = await set();
    expect([refused.status, refused.stderr]).toEqual([5, expect.stringContaining(`process ${held.pid}`)]);
    held.kill("SIGKILL");
    await held.exited;
    expect((await set()).status).toBe(0);
  });

  test("what else writes: reset, archive, restore, delete, files below a root, Lua", async () => {
    const ALL = `import * as berth from "${NPM.library}";
const store = berth.openStore();
const id = "ex--all_00";
await berth.updateSession(id, (session) => { session.sharedState.n = 1; }, { store });
const archive = await berth.resetSession(store, id);
const after = berth.readRecord(store, id).sharedState;
await berth.restoreArchive(store, archive, null);
const root = await berth.projectRoot(${JSON.stringify(project)});
berth.writeFile(root, "made.txt", "by Node");
const lua = await berth.runLua({
  code: 'return 6 * 7, berth.read_file("made.txt")', file: null, root, session: id, globals: {},
});
console.log(JSON.stringify([after, berth.readRecord(store, id).sharedState, lua.values]));
await berth.deleteSession(store, id);
console.log(berth.readRecord(store, id));
`;
    const { stdout, stderr } = await write(empty, { BERTH_BINARY: berth }, ALL);
    expect(stderr).toBe("");
    expect(stdout).toBe(`[{},{"n":1},[42,"by Node"]]\nnull\n`);
  });
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
