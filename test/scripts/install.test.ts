import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { expect, setDefaultTimeout, test } from "bun:test";
import manifest from "../../package.json" with { type: "json" };
import { archiveName } from "../../scripts/archive-name.ts";
import { release } from "../../scripts/release.ts";
import { ownTarget } from "../../scripts/targets.ts";
import { cleanEnv, type Result, root, run, scratch, until } from "../support/berth.ts";
import {
  busybox,
  cutOff,
  scriptArchive,
  served,
  stub,
  toolbox,
  withSums,
  written,
} from "../support/releases.ts";

// Binaries of 100 MB are built and moved: slow on a busy machine.
setDefaultTimeout(60_000);

const INSTALLER = join(root, "scripts", "install.sh");
const { version } = manifest;
const target = ownTarget();
const name = archiveName(target);
const real = join(scratch(), "release");
await release([target], real);
const archive = new Uint8Array(readFileSync(join(real, name)));
const good = withSums(new Map([[name, archive]]));
const url = served(good);
const changed = archive.slice();
changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;

/** What the script needs beside a program to download and one for checksums. */
const TOOLS = "sh uname getconf ldd sed awk mktemp rm mkdir chmod mv cp tar gzip tr cat id".split(" ");

interface Place {
  readonly to: string;
  readonly temporary: string;
  install(options: readonly string[], env?: Readonly<Record<string, string>>): Promise<Result>;
}

/** A machine of the test's own: a HOME, a directory for temporary files, one for the program. */
function place(shell = "sh"): Place {
  const home = scratch();
  const [to, temporary] = [join(home, "bin"), join(home, "tmp")];
  mkdirSync(temporary);
  const own = { HOME: home, TMPDIR: temporary, SHELL: "/bin/bash" };
  const install = (options: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    run([shell, INSTALLER, "--to", to, ...options], { env: { ...own, ...env }, limit: 60_000 });
  return { to, temporary, install };
}

/** A directory that holds an older program. */
function withOlder(to: string): void {
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, "berth"), "#!/bin/sh\necho older\n", { mode: 0o755 });
}

async function expectOlder({ to, temporary }: Place): Promise<void> {
  expect((await run([join(to, "berth")])).stdout).toBe("older\n");
  expect(readdirSync(to)).toEqual(["berth"]);
  expect(readdirSync(temporary)).toEqual([]);
}

test.each(
  [
    ["dash", url, ["curl", "sha256sum"]],
    ["bash", url, ["wget", "shasum", "perl"]],
    ["dash", url, ["wget", "openssl"]],
    ["sh", real, ["sha256sum"]],
    ["sh", `file://${real}/`, ["openssl"]],
  ] as const,
)("%s installs from %s with %p", async (shell, base, more) => {
  const machine = place(shell);
  const PATH = toolbox(
    join(scratch(), "tools"),
    [...TOOLS, ...more, shell].filter((one, n, all) => all.indexOf(one) === n),
  );
  const done = await machine.install(["--base", base], { PATH });
  expect(done.stderr).toContain(`Installed berth ${version} as ${machine.to}/berth\n`);
  expect(done.stdout).toBe(`export PATH='${machine.to}':"$PATH"; eval "$(berth init bash)"\n`);
  expect(done.status).toBe(0);
  expect((await run([join(machine.to, "berth"), "--version"])).stdout).toStartWith(`berth ${version} (`);
  expect(statSync(join(machine.to, "berth")).mode & 0o777).toBe(0o755);
  expect(readdirSync(machine.to)).toEqual(["berth"]);
  expect(readdirSync(machine.temporary)).toEqual([]);
});

test("it installs with nothing but BusyBox, and refuses a changed archive there", async () => {
  const PATH = busybox(join(scratch(), "busybox"));
  const machine = place(join(PATH, "sh"));
  // It has no getconf and no ldd: which C library there is, the loaders tell.
  const done = await machine.install(["--base", url], { PATH });
  expect(done).toMatchObject({ stderr: expect.stringContaining(`Installed berth ${version}`), status: 0 });
  expect((await run([join(machine.to, "berth"), "--version"])).stdout).toStartWith(`berth ${version} (`);
  withOlder(machine.to);
  const refused = await machine.install(["--base", served(new Map([...good, [name, changed]]))], { PATH });
  expect(refused).toMatchObject({ stderr: expect.stringContaining("The checksum of"), status: 1 });
  await expectOlder(machine);
});

test("the environment can say it all, and a version may begin with v", async () => {
  const machine = place();
  const elsewhere = join(machine.to, "else where");
  const done = await run(["sh", INSTALLER], {
    env: {
      TMPDIR: machine.temporary,
      BERTH_INSTALL_BASE: url,
      BERTH_INSTALL_VERSION: `v${version}`,
      BERTH_INSTALL_DIR: elsewhere,
      BERTH_INSTALL_TARGET: target,
    },
    limit: 60_000,
  });
  expect(done.status).toBe(0);
  expect(readdirSync(elsewhere).sort()).toEqual(["berth", "berth.receipt"]);
});

test("an older program that is running is replaced, and goes on", async () => {
  const machine = place();
  mkdirSync(machine.to);
  copyFileSync(Bun.which("sleep") ?? "", join(machine.to, "berth"));
  const before = statSync(join(machine.to, "berth")).ino;
  const running = Bun.spawn([join(machine.to, "berth"), "600"]);
  const done = await machine.install(["--base", real]);
  expect(done.status).toBe(0);
  expect(running.exitCode).toBeNull();
  expect(statSync(join(machine.to, "berth")).ino).not.toBe(before);
  running.kill("SIGKILL");
  await running.exited;
  expect((await run([join(machine.to, "berth"), "--version"])).stdout).toStartWith(`berth ${version} (`);
  expect(readdirSync(machine.to)).toEqual(["berth"]);
});

const sums = (text: string): Map<string, Uint8Array> =>
  new Map([[name, archive], ["SHA256SUMS", new TextEncoder().encode(text)]]);
const SUM = "0".repeat(64);

test.each(
  [
    ["a changed archive", new Map([...good, [name, changed]]), "The checksum of"],
    [
      "a cut archive",
      new Map([...good, [name, archive.subarray(0, archive.length >> 1)]]),
      "The checksum of",
    ],
    ["an empty archive", new Map([...good, [name, new Uint8Array()]]), "The checksum of"],
    ["no archive", new Map([["SHA256SUMS", good.get("SHA256SUMS") ?? archive]]), "Cannot download"],
    ["no checksums", new Map([[name, archive]]), "Cannot download"],
    ["empty checksums", sums(""), "has no line for"],
    ["checksums of others", sums(`${SUM}  x${name}\n${SUM}  ${name}x\n`), "has no line for"],
    ["two checksums", sums(`${SUM}  ${name}\n${"1".repeat(64)}  ${name}\n`), "has no usable line for"],
    ["a checksum that is none", sums(`; rm -rf x  ${name}\nzz  ${name}\n`), "has no usable line for"],
    ["a short checksum", sums(`00  ${name}\n`), "The checksum of"],
  ] as const,
)("%s leaves the older program in place", async (_, files, message) => {
  const base = served(files);
  for (const tool of ["curl", "wget"]) {
    const machine = place();
    withOlder(machine.to);
    const PATH = toolbox(join(scratch(), "tools"), [...TOOLS, tool, "sha256sum"]);
    const done = await machine.install(["--base", base, "--version", version], { PATH });
    expect(done.stderr).toContain(message);
    expect({ stdout: done.stdout, status: done.status }).toEqual({ stdout: "", status: 1 });
    await expectOlder(machine);
  }
});

test.each(["curl", "wget"])(
  "a connection that breaks under %s leaves the older program in place",
  async (tool) => {
    const machine = place();
    withOlder(machine.to);
    const PATH = toolbox(join(scratch(), "tools"), [...TOOLS, tool, "sha256sum"]);
    const done = await machine.install(["--base", await cutOff(good)], { PATH });
    expect(done.stderr).toContain("Cannot download");
    expect(done.status).toBe(1);
    await expectOlder(machine);
  },
);

test("a program that does not start leaves the older one in place", async () => {
  const machine = place();
  withOlder(machine.to);
  const broken = await scriptArchive("echo 'Error loading shared library libstdc++.so.6' >&2; exit 127");
  const base = written(withSums(new Map([[name, broken]])), join(scratch(), "broken"));
  const done = await machine.install(["--base", base]);
  expect(done.stderr).toContain("does not start here; nothing was changed");
  expect(done.stderr).toContain("apk add libstdc++");
  expect(done.status).toBe(1);
  await expectOlder(machine);
});

test("a directory that cannot be written, or is none, is told", async () => {
  const machine = place();
  chmodSync(join(machine.to, ".."), 0o755);
  mkdirSync(machine.to, { mode: 0o555 });
  chmodSync(machine.temporary, 0o777);
  // Root may write anywhere.
  const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  const command = ["sh", INSTALLER, "--base", url, "--to", machine.to];
  const done = await run(process.getuid?.() === 0 ? [...nobody, ...command] : command, {
    env: { TMPDIR: machine.temporary },
  });
  expect(done.stderr).toContain(`The directory "${machine.to}" is not writable`);
  expect(done.status).toBe(1);
  expect(readdirSync(machine.to)).toEqual([]);
  expect(readdirSync(machine.temporary)).toEqual([]);

  const file = join(machine.temporary, "file");
  writeFileSync(file, "");
  const onFile = await machine.install(["--base", real, "--to", join(file, "bin")]);
  expect(onFile.stderr).toContain("Cannot make the directory");
  expect(onFile.status).toBe(1);

  mkdirSync(join(machine.temporary, "bin", "berth"), { recursive: true });
  const onDirectory = await machine.install(["--base", real, "--to", join(machine.temporary, "bin")]);
  expect(onDirectory.stderr).toContain("is a directory");
  expect(onDirectory.status).toBe(1);
  expect(readdirSync(join(machine.temporary, "bin", "berth"))).toEqual([]);
});

test.each([
  [[], 2, "Pass --base"],
  [["--base", ""], 2, "--base needs a value"],
  [["--base"], 2, "--base needs a value"],
  [["--bsae", url], 2, 'Unknown option "--bsae"'],
  [["--base", url, "--version", "../../x"], 2, '"../../x" is no version'],
  [["--base", url, "--target", "windows-x64"], 2, '"windows-x64" is no target'],
  [["--base", "http://releases.invalid/x"], 1, "over http anybody on the way"],
  [["--base", "http://localhost:1@releases.invalid/x"], 2, "has an @"],
  [["--base", "/nonexistent"], 1, 'There is no directory "/nonexistent"'],
  [["--base", url, "--version", "9.9.9"], 1, "Cannot download"],
])("%p ends with %d", async (options, status, message) => {
  const machine = place();
  const done = await machine.install(options);
  expect(done.stderr).toContain(message);
  expect({ stdout: done.stdout, status: done.status }).toEqual({ stdout: "", status });
  expect(existsSync(machine.to)).toBe(false);
});

test("several versions ask for one", async () => {
  const other = name.replace(version, "9.9.9");
  const base = written(withSums(new Map([[name, archive], [other, archive]])), join(scratch(), "two"));
  const done = await place().install(["--base", base]);
  expect(done.stderr).toContain(`${version} 9.9.9`);
  expect(done.status).toBe(1);
  expect((await place().install(["--base", base, "--version", version])).status).toBe(0);
  const wrong = await place().install(["--base", base, "--version", "9.9.9"]);
  expect(wrong.stderr).toContain("does not start here");
  expect(wrong.status).toBe(1);
});

const GLIBC = 'test "$1" = GNU_LIBC_VERSION && echo "glibc 2.36"';
const MUSL = 'echo "musl libc (x86_64)" >&2; exit 1';

test.each(
  [
    ["linux-x64", { uname: ["Linux", "x86_64"], getconf: GLIBC, ldd: MUSL }],
    ["linux-arm64", { uname: ["Linux", "aarch64"], getconf: GLIBC, ldd: "exit 1" }],
    ["linux-x64", { uname: ["Linux", "x86_64"], getconf: "exit 1", ldd: 'echo "ldd (GNU libc) 2.36"' }],
    ["linux-x64-musl", { uname: ["Linux", "x86_64"], getconf: "exit 1", ldd: MUSL }],
    ["linux-arm64-musl", { uname: ["Linux", "aarch64"], getconf: "exit 1", ldd: MUSL }],
    ["darwin-arm64", { uname: ["Darwin", "arm64"] }],
    ["darwin-x64", { uname: ["Darwin", "x86_64"], sysctl: "exit 1" }],
    ["darwin-x64", { uname: ["Darwin", "x86_64"], sysctl: "echo 0" }],
    ["darwin-arm64", { uname: ["Darwin", "x86_64"], sysctl: "echo 1" }],
  ] as const,
)("picks %s for the machine that says %o", async (wanted, { uname: [system, machine], ...programs }) => {
  const stubs = join(scratch(), "stubs");
  stub(stubs, "uname", `case $1 in -s) echo ${system} ;; -m) echo ${machine} ;; esac`);
  for (const [program, script] of Object.entries(programs)) stub(stubs, program, script);
  const base = written(new Map([["SHA256SUMS", new Uint8Array()]]), join(scratch(), "empty"));
  const done = await place().install(["--base", base], { PATH: `${stubs}:${process.env["PATH"]}` });
  expect(done.stderr).toContain(`has nothing for ${wanted}\n`);
});

test.each([
  ["Linux", "riscv64", 'no berth for the processor "riscv64"'],
  ["FreeBSD", "amd64", 'no berth for the system "FreeBSD"'],
  ["MINGW64_NT-10.0", "x86_64", "Run install.ps1 in PowerShell"],
])("on %s %s it says so", async (system, machine, message) => {
  const stubs = join(scratch(), "stubs");
  stub(stubs, "uname", `case $1 in -s) echo ${system} ;; -m) echo ${machine} ;; esac`);
  const done = await place().install(["--base", real], { PATH: `${stubs}:${process.env["PATH"]}` });
  expect(done.stderr).toContain(message);
  expect({ stdout: done.stdout, status: done.status }).toEqual({ stdout: "", status: 1 });
});

const start = await scriptArchive(`echo "berth ${version} (test)"`);
const quick = written(withSums(new Map([[name, start]])), join(scratch(), "quick"));

test.each(["bash", "zsh", "fish"])("the line for %s finds the program, wherever it is", async (shell) => {
  const to = join(scratch(), 'it\'s $HOME "here"');
  const done = await place().install(["--base", quick, "--to", to], { SHELL: `/usr/bin/${shell}` });
  expect(done.status).toBe(0);
  const line = done.stdout.trim();
  expect(line.split("\n")).toHaveLength(1);
  expect(line).toEndWith(shell === "fish" ? "; berth init fish | source" : `; eval "$(berth init ${shell})"`);
  const path = line.slice(0, line.lastIndexOf(shell === "fish" ? "; berth" : "; eval"));
  const found = await run([shell, "-c", `${path}\ncommand -v berth`], { env: { HOME: scratch() } });
  expect(found.stdout).toBe(`${to}/berth\n`);
});

test.each([
  ["bash", 'eval "$(berth init bash)"', ".bashrc:"],
  ["zsh", 'eval "$(berth init zsh)"', ".zshrc:"],
  ["fish", "berth init fish | source", "fish/config.fish:"],
  ["pwsh", 'Invoke-Expression ((& berth init pwsh) -join "`n")', "$PROFILE names:"],
])("on PATH %s needs no more than its own line", async (shell, line, file) => {
  const machine = place();
  const env = { SHELL: `/bin/${shell}`, PATH: `${process.env["PATH"]}:${machine.to}` };
  const done = await machine.install(["--base", quick], env);
  expect(done).toMatchObject({ stdout: `${line}\n`, status: 0 });
  expect(done.stderr).toContain(file);
});

test("a shell that it does not know gets a hint, and another berth on PATH is named", async () => {
  const machine = place();
  const first = join(scratch(), "first");
  stub(first, "berth", "");
  const env = { SHELL: "/bin/csh", PATH: `${first}:${process.env["PATH"]}:${machine.to}` };
  const done = await machine.install(["--base", quick], env);
  expect(done).toMatchObject({ stdout: "", status: 0 });
  expect(done.stderr).toContain(`PATH finds ${first}/berth first`);
  expect(done.stderr).toContain("berth help init");
});

test("a script that was cut off on its way installs nothing", async () => {
  const script = readFileSync(INSTALLER, "utf8");
  for (let part = 1; part < 12; part++) {
    const machine = place();
    const cut = script.slice(0, Math.floor((script.length - 11) * part / 11));
    const env = { HOME: machine.temporary, BERTH_INSTALL_BASE: quick, BERTH_INSTALL_DIR: machine.to };
    await run(["sh"], { stdin: cut, env });
    expect(existsSync(machine.to)).toBe(false);
  }
  const machine = place();
  const env = { TMPDIR: machine.temporary, BERTH_INSTALL_BASE: quick, BERTH_INSTALL_DIR: machine.to };
  expect((await run(["sh"], { stdin: script, env })).status).toBe(0);
});

test("shellcheck and shfmt have nothing against the script", async () => {
  for (const shell of ["sh", "dash"]) {
    expect(await run(["shellcheck", "-s", shell, INSTALLER])).toEqual({ stdout: "", stderr: "", status: 0 });
  }
  expect((await run(["shfmt", "-i", "2", "-ci", "-d", INSTALLER])).stdout).toBe("");
});

test("the script for PowerShell is plain ASCII, which 5.1 reads right without a byte order mark", () => {
  const script = readFileSync(join(root, "scripts", "install.ps1"), "utf8");
  expect(script).toMatch(/^[\n\x20-\x7e]*$/);
  expect(script.trimEnd().split("\n").at(-1)).toBe("Install-Berth $Base $Version $To $Target $Key");
});

test("a disk that fills up leaves the older program in place", async () => {
  const machine = place();
  withOlder(machine.to);
  // A file may grow past the archive's size, not to the program's: 512-byte blocks.
  const blocks = Math.ceil((archive.length + 8_000_000) / 512);
  const env = { HOME: machine.temporary, TMPDIR: machine.temporary };
  const command = `ulimit -f ${blocks}; exec sh '${INSTALLER}' --base '${real}' --to '${machine.to}'`;
  const done = await run(["dash", "-c", command], { env });
  expect(done.stderr).toContain(`Cannot unpack ${name}`);
  expect({ stdout: done.stdout, status: done.status }).toEqual({ stdout: "", status: 1 });
  await expectOlder(machine);
});

test.each([["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const)(
  "%s in the middle of a download leaves the older program in place, and nothing else",
  async (signal, status) => {
    const machine = place();
    withOlder(machine.to);
    let asked = false;
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request) {
        if (request.url.endsWith("SHA256SUMS")) {
          return new Response((good.get("SHA256SUMS") ?? archive).slice());
        }
        asked = true;
        return new Response(new ReadableStream({ pull: () => new Promise<void>(() => {}) }));
      },
    });
    const command = [
      "setsid",
      "sh",
      INSTALLER,
      "--base",
      `http://127.0.0.1:${server.port}`,
      "--to",
      machine.to,
    ];
    const env = cleanEnv(machine.temporary, { TMPDIR: machine.temporary });
    const child = Bun.spawn(command, { env, stdin: "ignore", stdout: "ignore", stderr: "ignore" });
    await until("the request for the archive", () => asked || undefined);
    // To the whole group, as a terminal does.
    process.kill(-child.pid, signal);
    expect(await child.exited).toBe(status);
    await server.stop(true);
    await expectOlder(machine);
  },
);

test("installations at the same time do not disturb each other", async () => {
  const machine = place();
  const done = await Promise.all(Array.from({ length: 6 }, () => machine.install(["--base", quick])));
  expect(done.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(readdirSync(machine.to)).toEqual(["berth"]);
  expect(readdirSync(machine.temporary)).toEqual([]);
});
