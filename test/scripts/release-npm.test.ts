/** The command on npm, by a real registry and real package managers. */
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { unpackTar } from "modern-tar";
import manifest from "../../package.json" with { type: "json" };
import { npmCommand } from "../../scripts/packages/npm-command.ts";
import { ownTarget } from "../../scripts/targets.ts";
import { tools } from "../../scripts/tools.ts";
import { NPM } from "../../src/native/names.ts";
import { berth, cleanEnv, directory, type Result, root, run, scratch, until } from "../support/berth.ts";
import { packaged, released, source } from "../support/packaged.ts";
import { newNode, startRegistry } from "../support/registry.ts";
import { Terminal } from "../support/terminal.ts";

// Packages of 50 MB are published and installed: slow on a busy machine.
setDefaultTimeout(120_000);

const { version } = manifest;
const target = ownTarget();
const native = `${NPM.scope}/${target}`;
const registry = await startRegistry(join(scratch(), "registry"));
const from = source(await released());
const made = await packaged(from, [npmCommand]);

const bin = (...parts: string[]) => join(tools(), ...parts);

/** A project of its own, and the environment in which every manager asks our registry alone. */
function project(): {
  cwd: string;
  env: Record<string, string>;
  call: (...words: string[]) => Promise<Result>;
} {
  const home = scratch();
  const cwd = directory(home, "project");
  writeFileSync(join(cwd, "package.json"), `{ "name": "project", "version": "1.0.0", "private": true }\n`);
  const env = cleanEnv(home, {
    npm_config_registry: `${registry.url}/`,
    npm_config_update_notifier: "false",
    YARN_NPM_REGISTRY_SERVER: registry.url,
    YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
    YARN_ENABLE_TELEMETRY: "0",
    // It takes nothing by itself that is younger than a day.
    YARN_NPM_MINIMAL_AGE_GATE: "0",
    YARN_ENABLE_GLOBAL_CACHE: "0",
    YARN_ENABLE_IMMUTABLE_INSTALLS: "0",
    BUN_CONFIG_REGISTRY: `${registry.url}/`,
  });
  return { cwd, env, call: (...words) => run(words, { cwd, env, limit: 60_000 }) };
}

test("the same again gives the same bytes: program and launcher", async () => {
  const sums = (place: string) => readFileSync(join(place, "SHA256SUMS"), "utf8");
  expect(sums(made).trim().split("\n").length).toBe(2);
  expect(sums(await packaged(from, [npmCommand]))).toBe(sums(made));
});

test("the registry has all of them after one call, the programs first, and a second call changes nothing", async () => {
  const publish = () =>
    run([process.execPath, "-e", PUBLISH, made, registry.url], {
      cwd: root,
      env: { npm_config_userconfig: registry.userconfig },
      limit: 120_000,
    });
  expect(await publish()).toEqual({
    stdout: `${native}@${version} published\n${NPM.command}@${version} published\n`,
    stderr: "",
    status: 0,
  });
  expect((await publish()).stdout).toBe(
    `${native}@${version} was there\n${NPM.command}@${version} was there\n`,
  );
});

const PUBLISH = `await (await import("./scripts/publish.ts")).publish(process.argv[1], process.argv[2]);`;

test("no package runs anything when it is installed", async () => {
  for (const name of readdirSync(made).filter((name) => name.endsWith(".tgz"))) {
    const members = await unpackTar(Bun.gunzipSync(readFileSync(join(made, name))));
    const found = members.find(({ header }) => header.name === "package/package.json")?.data;
    const { scripts, gypfile } = JSON.parse(new TextDecoder().decode(found)) as Record<string, unknown>;
    expect([scripts, gypfile]).toEqual([undefined, undefined]);
    expect(members.map(({ header }) => header.name)).not.toContain("package/binding.gyp");
  }
});

/** How each manager installs, leaves optional packages out, and runs a program. */
const MANAGERS: Readonly<
  Record<string, { add: string[]; without: string[]; exec: string[]; repair: RegExp; lock: string }>
> = {
  npm: {
    add: ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"],
    without: ["npm", "install", "--omit=optional", "--no-audit", "--no-fund"],
    exec: ["npx", "--no-install", "berth"],
    repair: /^npm install --no-save /,
    lock: "package-lock.json",
  },
  pnpm: {
    add: ["node", bin(".bin", "pnpm"), "add", "--ignore-scripts"],
    without: ["node", bin(".bin", "pnpm"), "add", "--no-optional"],
    exec: ["node", bin(".bin", "pnpm"), "exec", "berth"],
    repair: /^pnpm add --save-optional /,
    lock: "pnpm-lock.yaml",
  },
  "yarn 1": {
    add: ["node", bin("yarn", "bin", "yarn.js"), "add", "--ignore-scripts"],
    without: ["node", bin("yarn", "bin", "yarn.js"), "add", "--ignore-optional"],
    exec: ["node", bin("yarn", "bin", "yarn.js"), "--silent", "berth"],
    repair: /^yarn add --optional /,
    lock: "yarn.lock",
  },
  bun: {
    add: [process.execPath, "add", "--ignore-scripts"],
    without: [process.execPath, "add", "--omit=optional"],
    exec: [process.execPath, "x", "--no-install", "berth"],
    repair: /^(bun add --optional|npm install --no-save) /,
    lock: "bun.lock",
  },
};

describe.each(Object.entries(MANAGERS))("%s:", (name, { add, without, exec, repair }) => {
  test("installs without scripts, and berth answers as the program itself", async () => {
    const { cwd, env, call } = project();
    const done = await call(...add, NPM.command);
    expect([done.status, done.status === 0 ? "" : done.stdout + done.stderr]).toEqual([0, ""]);
    const direct = await run([berth, "id", "--session-id", "a b"], { cwd, env });
    expect(await call(...exec, "id", "--session-id", "a b")).toEqual(direct);
    const failed = await call(...exec, "get", "nothing");
    expect(failed.stderr).toContain(`No key "nothing"`);
    expect(failed.status).toBe(1);
  });

  test("without optional packages: the error says why, and what it says to type helps", async () => {
    const { call } = project();
    const done = await call(...without, NPM.command);
    expect([done.status, done.status === 0 ? "" : done.stdout + done.stderr]).toEqual([0, ""]);
    const { stdout, stderr, status } = await call(...exec, "id");
    expect(stdout).not.toContain("--");
    expect(stderr).toContain(
      `berth: The package "${native}" with the program for this machine is not installed`,
    );
    expect(stderr).toContain("(--omit=optional, --no-optional");
    // Yarn 1 and pnpm have statuses of their own for a program that failed.
    expect(status === 127 || name === "yarn 1").toBe(true);
    const hint = /hint: (.*)/.exec(stderr)?.[1] ?? "";
    expect(hint).toMatch(repair);
    const [program = "", ...words] = hint.split(" ");
    const real = program === "npm" ? ["npm"] : program === "bun" ? [process.execPath] : add.slice(0, 2);
    const repaired = await call(...real, ...words);
    expect([repaired.status, repaired.status === 0 ? "" : repaired.stdout + repaired.stderr]).toEqual([
      0,
      "",
    ]);
    expect((await call(...exec, "--version")).stdout).toStartWith(`berth ${version} (`);
  });
});

test("yarn 4 with Plug'n'Play: the program is where it can be started", async () => {
  const { cwd, env, call } = project();
  const yarn = (...words: string[]) => call("node", bin("@yarnpkg", "cli-dist", "bin", "yarn.js"), ...words);
  writeFileSync(join(cwd, "yarn.lock"), "");
  const done = await yarn("add", NPM.command);
  expect([done.status, done.status === 0 ? "" : done.stdout]).toEqual([0, ""]);
  expect(readdirSync(cwd)).toContain(".pnp.cjs");
  const direct = await run([berth, "id", "--session-id", "a b"], { cwd, env });
  expect((await yarn("berth", "id", "--session-id", "a b")).stdout).toBe(direct.stdout);
});

test("npm ci by a lockfile of another system: the error says so, and its hint helps", async () => {
  const { cwd, call } = project();
  await call("npm", "install", "--package-lock-only", NPM.command);
  const lock = JSON.parse(readFileSync(join(cwd, "package-lock.json"), "utf8")) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  // As npm writes it where a package of another system is not in the registry as that machine sees it.
  delete lock.packages[`node_modules/${native}`];
  delete lock.packages[`node_modules/${NPM.command}`]?.optionalDependencies;
  writeFileSync(join(cwd, "package-lock.json"), JSON.stringify(lock));
  expect((await call("npm", "ci", "--no-audit", "--no-fund")).status).toBe(0);
  const { stderr, status } = await call("npx", "--no-install", "berth", "id");
  expect(status).toBe(127);
  expect(stderr).toContain("lockfile was made on another system");
  const hint = /hint: (.*)/.exec(stderr)?.[1] ?? "";
  expect((await call(...hint.split(" "))).status).toBe(0);
  expect((await call("npx", "--no-install", "berth", "version")).status).toBe(0);
});

describe("a global installation:", () => {
  const home = scratch();
  const prefix = join(home, "prefix");
  const command = join(prefix, "bin", "berth");
  const npm = (...words: string[]) =>
    run(["npm", ...words], {
      env: { HOME: home, npm_config_registry: `${registry.url}/`, npm_config_prefix: prefix },
      limit: 60_000,
    });

  test("one without its program is repaired by what its error says", async () => {
    expect((await npm("install", "-g", NPM.command)).status).toBe(0);
    // npm leaves nothing out globally; a folder copied from another machine lacks it.
    rmSync(join(prefix, "lib", "node_modules", NPM.command, "node_modules"), { recursive: true });
    const { stderr, status } = await run([command, "id"]);
    expect(status).toBe(127);
    expect(/hint: (.*)/.exec(stderr)?.[1]).toBe(`npm install --global ${native}@${version}`);
    const json = await run([command, "id", "--json"]);
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: "native_package_missing" } });
    // What stands behind `--` is another program's.
    expect((await run([command, "hold", "--", "x", "--json"])).stderr).toStartWith("berth: ");
    expect((await npm("install", "--global", `${native}@${version}`)).status).toBe(0);
    expect((await run([command, "--version"])).stdout).toStartWith(`berth ${version} (`);
  });

  test.each([["this Node", "node"], ["a newer Node", newNode()]])(
    "%s passes arguments, streams, statuses and signals on",
    async (_, node) => {
      const env = { HOME: home, BERTH_SESSION: "x" };
      const through = (...words: string[]) => run([node, command, ...words], { env, stdin: "from here" });
      const direct = (...words: string[]) => run([berth, ...words], { env, stdin: "from here" });
      for (
        const words of [["get", "nothing"], ["set", "k", "a  'b\n"], ["get", "k"], ["set", "s", "--stdin"], [
          "get",
          "s",
        ]]
      ) expect(await through(...words)).toEqual(await direct(...words));
      const signals = ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"];
      expect(await through("hold", "--", ...signals)).toEqual(await direct("hold", "--", ...signals));
      for (const signal of ["SIGTERM", "SIGHUP"] as const) {
        const ends = async (words: readonly string[]) => {
          const child = Bun.spawn([...words, "hold", "--", "sh", "-c", "sleep 0.2; echo up; exec sleep 10"], {
            env: cleanEnv(home, env),
            stdout: "pipe",
            stderr: "ignore",
          });
          await child.stdout.getReader().read();
          child.kill(signal);
          await child.exited;
          return [child.exitCode, child.signalCode];
        };
        expect(await ends([node, command])).toEqual(await ends([berth]));
      }
    },
  );

  test.each([["this Node", "node"], ["a newer Node", newNode()]])(
    "^C in a terminal arrives once: %s",
    async (_, node) => {
      const terminal = new Terminal(["bash", "--norc", "-i"], { home, env: { BERTH_SESSION: "x" } });
      try {
        const trap =
          `trap "echo caught >> ${home}/caught" INT; echo up > ${home}/up; while sleep 0.1; do :; done`;
        writeFileSync(join(home, "trap.sh"), trap);
        rmSync(join(home, "caught"), { force: true });
        rmSync(join(home, "up"), { force: true });
        terminal.type(`${node} ${command} hold -- sh ${home}/trap.sh\r`);
        await until("the program", () => existsSync(join(home, "up")) || undefined);
        terminal.type("\x03");
        await until("the signal", () => existsSync(join(home, "caught")) || undefined);
        await Bun.sleep(300);
        expect(readFileSync(join(home, "caught"), "utf8")).toBe("caught\n");
      } finally {
        await terminal.close();
      }
    },
  );

  test.each(
    [
      ["SIGINT", 'trap "exit 130" INT', { exitCode: 130, signalCode: null }],
      ["SIGINT", ":", { exitCode: null, signalCode: "SIGINT" }],
      ["SIGTERM", "trap : TERM", { exitCode: 9, signalCode: null }],
      ["SIGUSR2", ":", { exitCode: null, signalCode: "SIGUSR2" }],
    ] as const,
  )("%s to the launcher alone: the child decides (%s)", async (signal, script, expected) => {
    const other = join(home, "signals");
    writeFileSync(other, `#!/bin/sh\n${script}\necho up\nsleep 1 & wait $!\nkill $!\nexit 9\n`, {
      mode: 0o755,
    });
    const child = Bun.spawn(["node", command], {
      env: cleanEnv(home, { BERTH_BINARY: other }),
      stdout: "pipe",
      stderr: "ignore",
    });
    await child.stdout.getReader().read();
    child.kill(signal);
    await child.exited;
    expect({ exitCode: child.exitCode, signalCode: child.signalCode }).toEqual(expected);
  });

  test("the ID is that of the terminal, whichever way berth is called", async () => {
    const terminal = new Terminal(["bash", "--norc", "-i"], { home });
    try {
      const id = await terminal.line(`${berth} id`, `${home}/out`);
      expect(await terminal.line(`${command} id`, `${home}/out`)).toBe(id);
      expect(await terminal.line(`${newNode()} ${command} id`, `${home}/out`)).toBe(id);
    } finally {
      await terminal.close();
    }
  });

  test("a newer Node becomes the program: none of it is left", async () => {
    const child = Bun.spawn([newNode(), command, "hold", "--", "sh", "-c", "echo up; exec sleep 10"], {
      env: cleanEnv(home, { BERTH_SESSION: "x" }),
      stdout: "pipe",
      stderr: "pipe",
    });
    try {
      await child.stdout.getReader().read();
      expect(readlinkSync(`/proc/${child.pid}/exe`)).toEndWith(`${target}/bin/berth`);
      expect(readFileSync(`/proc/${child.pid}/environ`, "utf8")).toContain(
        `BERTH_LAUNCHER=${child.pid}:${prefix}`,
      );
    } finally {
      child.kill("SIGTERM");
    }
    // Nor a word of Node's that something of it is experimental.
    expect(await new Response(child.stderr).text()).toBe("");
  });

  test.each([["this Node", "node"], ["a newer Node", newNode()]])(
    "BERTH_BINARY names another program: %s",
    async (_, node) => {
      const other = join(home, "other");
      writeFileSync(other, `#!/bin/sh\necho "other $*"\nexit 5\n`, { mode: 0o755 });
      const call = (binary: string) => run([node, command, "id"], { env: { BERTH_BINARY: binary } });
      expect(await call(other)).toEqual({ stdout: "other id\n", stderr: "", status: 5 });
      expect((await call("")).status).toBe(0);
      expect(await call(join(home, "none"))).toMatchObject({
        stderr:
          `berth: Cannot start "${home}/none": ENOENT\n  hint: Install it again, or name another program in BERTH_BINARY\n`,
        status: 126,
      });
      writeFileSync(join(home, "plain"), "x");
      expect(await call(join(home, "plain"))).toMatchObject({
        stderr: expect.stringContaining("EACCES"),
        status: 126,
      });
      expect(await call(command)).toMatchObject({ stderr: expect.stringContaining("itself"), status: 126 });
      expect(await call(home)).toMatchObject({
        stdout: "",
        stderr: expect.stringContaining("EACCES"),
        status: 126,
      });
    },
  );

  test("what was uninstalled leaves the store", async () => {
    const store = { HOME: home, BERTH_SESSION: "kept" };
    await run([command, "set", "k", "v"], { env: store });
    expect((await npm("uninstall", "-g", NPM.command, native)).status).toBe(0);
    expect([existsSync(command), readdirSync(join(prefix, "lib", "node_modules", NPM.scope))]).toEqual([
      false,
      [],
    ]);
    expect((await run([berth, "get", "k"], { env: store })).stdout).toBe("v\n");
  });
});
