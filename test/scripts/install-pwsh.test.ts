/** The installer's parameters, in a real PowerShell; what it installs is for Windows alone. */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync } from "node:fs";
import { root, run, scratch } from "../support/berth.ts";
import { powershell, QUIET } from "../support/shell-pty.ts";

const LIMIT = 100_000;
const script = `${root}/scripts/install.ps1`;
const base = scratch("berth-release-");

const pwsh = (...args: string[]) =>
  run([powershell(), "-NoProfile", "-NonInteractive", ...args], { env: QUIET, limit: LIMIT / 2 });

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
