/**
 * The installer in a real PowerShell. What it installs is for Windows alone, so a script stands for `berth.exe`, and
 * where it is to start it gets the mode that Windows does not ask for.
 */
import { expect, test } from "bun:test";
import { zipSync } from "fflate";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import manifest from "../../package.json" with { type: "json" };
import { sign } from "../../scripts/sign.ts";
import { berth, root, run, scratch } from "../support/berth.ts";
import { powershell, QUIET } from "../support/shell-pty.ts";

const LIMIT = 100_000;
const script = `${root}/scripts/install.ps1`;
const base = scratch("berth-release-");

const PROGRAM = '#!/bin/sh\necho "berth 1.2.3 (made for a test)"\n';
const temporary = `${base}/tmp`;
mkdirSync(temporary);

const pwsh = (...args: string[]) =>
  run([powershell(), "-NoProfile", "-NonInteractive", ...args], {
    env: { ...QUIET, TEMP: temporary },
    limit: LIMIT / 2,
  });

/** A directory as a release is, with the archives that are given and their sums. */
function release(archives: Record<string, Uint8Array>): string {
  const directory = mkdtempSync(`${base}/release-`);
  const sums = Object.entries(archives).map(([name, bytes]) => {
    writeFileSync(`${directory}/${name}`, bytes);
    return `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`;
  });
  writeFileSync(`${directory}/SHA256SUMS`, sums.join(""));
  return directory;
}

const NAME = "berth-1.2.3-windows-x64.zip";
const bytes = (text: string) => new TextEncoder().encode(text);
const whole = zipSync({ "berth.exe": bytes(PROGRAM), LICENSE: bytes("free") });

test("-WhatIf installs nothing and says what it would do", async () => {
  const to = `${base}/to`;
  const done = await pwsh("-File", script, "-Base", base, "-To", to, "-Target", "windows-x64", "-WhatIf");
  expect({ ...done, stdout: "" }).toEqual({ stdout: "", stderr: "", status: 0 });
  expect(done.stdout).toContain(`What if: Performing the operation "Install"`);
  expect(existsSync(to)).toBe(false);
}, LIMIT);

test("a parameter that there is not is refused", async () => {
  mkdirSync(`${base}/empty`, { recursive: true });
  const done = await pwsh("-File", script, "-Base", `${base}/empty`, "-Dir", "D");
  expect(done.status).not.toBe(0);
  expect(done.stderr).toContain("'Dir'");
}, LIMIT);

test("in a job it installs, and says which line belongs into the profile", async () => {
  const to = `${base}/job's own`;
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const words = [release({ [NAME]: whole }), "", to, "windows-x64"].map(quoted).join(", ");
  const mode =
    "function global:Copy-Item { Microsoft.PowerShell.Management\\Copy-Item @args; chmod +x $args[-1] }";
  const done = await pwsh(
    "-Command",
    `$job = Start-Job -FilePath ${quoted(script)} -ArgumentList ${words} -InitializationScript { ${mode} }
    $job | Receive-Job -Wait; $job.State`,
  );
  expect({ stderr: done.stderr, status: done.status }).toEqual({ stderr: "", status: 0 });
  expect(done.stdout.trim().split("\n")).toEqual([
    "Note: no key was given, so the checksums are checked, and no signature",
    `Installed berth 1.2.3 as ${to}/berth.exe`,
    "Put this line at the end of your profile ($PROFILE):",
    `$env:PATH = ${
      quoted(`${to};`).slice(0, -1)
    }' + $env:PATH; Invoke-Expression ((& berth init pwsh) -join "\`n")`,
    "Completed",
  ]);
  expect(readdirSync(to).sort()).toEqual(["berth.exe", "berth.receipt"]);
  expect(readFileSync(`${to}/berth.exe`, "utf8")).toBe(PROGRAM);
  expect(readdirSync(temporary)).toEqual([]);
}, LIMIT);

const keys = scratch();
const secret = `${keys}/key`;
await run(["minisign", "-G", "-W", "-p", `${secret}.pub`, "-s", secret]);
await run(["minisign", "-G", "-W", "-p", `${keys}/other.pub`, "-s", `${keys}/other`]);
const key = readFileSync(`${secret}.pub`, "utf8").split("\n")[1] ?? "";

/** The program of this machine in the place of the one of Windows, put there by the script. */
async function install(from: string, to: string, ...more: string[]) {
  const mode =
    "function global:Copy-Item { Microsoft.PowerShell.Management\\Copy-Item @args; chmod +x $args[-1] }";
  const words = ["-Base", from, "-To", to, "-Target", "windows-x64", ...more]
    .map((word) => word.startsWith("-") ? word : `'${word}'`).join(" ");
  return await pwsh("-Command", `${mode}; & '${script}' ${words}`);
}

test("berth update goes by the receipt that it leaves, and by the key in it", async () => {
  const to = mkdtempSync(`${base}/receipt-`);
  const own = `berth-${manifest.version}-windows-x64.zip`;
  const from = release({
    [own]: zipSync({ "berth.exe": new Uint8Array(readFileSync(berth)) }, { level: 1 }),
  });
  sign(from, secret, manifest.version);
  const done = await install(from, to, "-Key", `${secret}.pub`);
  expect({ stderr: done.stderr, status: done.status }).toEqual({ stderr: "", status: 0 });
  expect(done.stdout).not.toContain("Note:");
  expect(done.stdout).toEndWith(`-join "\`n"); . '${to}/berth-completions.ps1'\n`);
  expect(readFileSync(`${to}/berth-completions.ps1`, "utf8")).toContain("Register-ArgumentCompleter");
  expect(readFileSync(`${to}/berth.receipt`, "utf8")).toBe(
    `berth-receipt 1\nbase ${from}\ntarget windows-x64\nprogram ${to}/berth.exe\nkey ${key}\n` +
      `file ${to}/berth-completions.ps1\n`,
  );
  // Windows has a tar that reads zip.
  const tools = `${to}/tools`;
  mkdirSync(tools);
  symlinkSync(Bun.which("bsdtar") ?? "", `${tools}/tar`);
  const update = () =>
    run([`${to}/berth.exe`, "update"], {
      env: { PATH: `${tools}:${process.env["PATH"]}` },
      limit: LIMIT / 2,
    });
  expect((await update()).stderr).toBe(`berth ${manifest.version} is the newest there\n`);
  const newer = '#!/bin/sh\necho "berth 99.0.0 (made for a test)"\n';
  const fresh = release({ "berth-99.0.0-windows-x64.zip": zipSync({ "berth.exe": bytes(newer) }) });
  for (const name of ["SHA256SUMS", "berth-99.0.0-windows-x64.zip"]) {
    copyFileSync(`${fresh}/${name}`, `${from}/${name}`);
  }
  // Still with the signature of the old one.
  expect(await update()).toMatchObject({ status: 6, stderr: expect.stringContaining("signature") });
  sign(from, secret, "99.0.0");
  expect((await update()).stderr).toBe(`Updated berth ${manifest.version} to 99.0.0\n`);
  expect(readFileSync(`${to}/berth.exe`, "utf8")).toBe(newer);
  expect(readdirSync(to).sort()).toEqual(["berth-completions.ps1", "berth.exe", "berth.receipt", "tools"]);
}, LIMIT);

test.each<[string, (from: string) => void, string]>([
  ["no signature", () => {}, "is not signed; nothing was installed. Pass -Base"],
  ["another key's", (from) => sign(from, `${keys}/other`, "1.2.3"), "is wrong: it was made with another key"],
  [
    "another version's",
    (from) => sign(from, secret, "1.2.2"),
    "is for 'berth 1.2.2 SHA256SUMS', not for 1.2.3",
  ],
])("with a key and %s nothing is installed", async (_, change, words) => {
  const to = mkdtempSync(`${base}/unsigned-`);
  const from = release({ [NAME]: whole });
  change(from);
  const done = await install(from, to, "-Key", key);
  // deno-lint-ignore no-control-regex
  const said = done.stderr.replace(/\x1b\[[0-9;]*m/g, "").replace(/\s*\n\s*\|\s*/g, " ");
  expect(said).toContain(words);
  expect(readdirSync(to)).toEqual([]);
}, LIMIT);

const PLAIN = bytes("PK\x03\x04 and then nothing of an archive");

test.each<[string, string[], string, () => string]>([
  [
    "a version that there is not",
    ["-Version", "9.9.9"],
    "The release has no berth 9.9.9 for windows-x64, but 1.2.3; nothing was installed. Pass -Version 1.2.3",
    () => release({ [NAME]: whole }),
  ],
  [
    "a v in front of a version that there is not",
    ["-Version", "v1.2.30"],
    "The release has no berth 1.2.30 for windows-x64, but 1.2.3; nothing was installed. Pass -Version 1.2.3",
    () => release({ [NAME]: whole }),
  ],
  [
    "several versions",
    [],
    "The release has several versions: 1.2.3, 1.2.4. Pass one, as in: -Version 1.2.3",
    () => release({ [NAME]: whole, "berth-1.2.4-windows-x64.zip": whole }),
  ],
  [
    "nothing for this machine",
    [],
    "The release has nothing for windows-x64; nothing was installed. Pass -Base with the address of one that has",
    () => release({ "berth-1.2.3-linux-x64.tar.gz": whole }),
  ],
  [
    "an archive without the program",
    [],
    `There is no berth.exe in ${NAME}; nothing was installed. Pass -Version or -Base of another release`,
    () => release({ [NAME]: zipSync({ LICENSE: bytes("free") }) }),
  ],
  [
    "what is no archive",
    [],
    `Cannot unpack ${NAME}: the archive is damaged.`,
    () => release({ [NAME]: PLAIN }),
  ],
  [
    "an archive that was cut off",
    [],
    `Cannot unpack ${NAME}: the archive is damaged.`,
    () => release({ [NAME]: whole.slice(0, whole.length - 30) }),
  ],
  [
    "a directory without sums",
    [],
    "There is no file SHA256SUMS in '",
    () => mkdtempSync(`${base}/none-`),
  ],
  [
    "a program that does not start",
    [],
    "The program does not start here (it answered '",
    () => release({ [NAME]: whole }),
  ],
])("%s: says what and what to type, and leaves nothing", async (_, more, words, where) => {
  const to = mkdtempSync(`${base}/untouched-`);
  const done = await pwsh("-File", script, "-Base", where(), "-To", to, "-Target", "windows-x64", ...more);
  // PowerShell breaks the lines of an error, puts a mark in front of each, and colours in between.
  // deno-lint-ignore no-control-regex
  const said = done.stderr.replace(/\x1b\[[0-9;]*m/g, "").replace(/\s*\n\s*\|\s*/g, " ");
  expect(said).toContain(words);
  expect(said.match(/ -(Version|Base|Target) /)).not.toBeNull();
  // What it is to be told beforehand is no answer.
  const answer = done.stdout.replace(/^Note: no key was given.*\n/, "");
  expect({ status: done.status, answer }).toEqual({ status: 1, answer: "" });
  expect([readdirSync(to), readdirSync(temporary)]).toEqual([[], []]);
}, LIMIT);
