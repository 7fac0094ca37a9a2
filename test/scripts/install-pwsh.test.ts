/**
 * The installer in a real PowerShell. What it installs is for Windows alone, so a script stands for `berth.exe`, and
 * where it is to start it gets the mode that Windows does not ask for.
 */
import { expect, test } from "bun:test";
import { zipSync } from "fflate";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { root, run, scratch } from "../support/berth.ts";
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
    `Installed berth 1.2.3 as ${to}/berth.exe`,
    "Put this line at the end of your profile ($PROFILE):",
    `$env:PATH = ${
      quoted(`${to};`).slice(0, -1)
    }' + $env:PATH; Invoke-Expression ((& berth init pwsh) -join "\`n")`,
    "Completed",
  ]);
  expect(readdirSync(to)).toEqual(["berth.exe"]);
  expect(readFileSync(`${to}/berth.exe`, "utf8")).toBe(PROGRAM);
  expect(readdirSync(temporary)).toEqual([]);
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
  expect({ status: done.status, stdout: done.stdout }).toEqual({ status: 1, stdout: "" });
  expect([readdirSync(to), readdirSync(temporary)]).toEqual([[], []]);
}, LIMIT);
