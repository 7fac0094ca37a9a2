/** What a program gets from a line typed in PowerShell, with the hook's function in between and without it. */
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { run } from "../support/berth.ts";
import { hookText, makeHome, powershell, program } from "../support/shell-pty.ts";
import { rmSync } from "node:fs";
import { LINES, SETTING } from "./pwsh-lines.ts";

const LIMIT = 280_000;
const home = makeHome();
rmSync(`${home.bin}/berth`);
program(
  `${home.bin}/berth`,
  `#!/bin/sh
printf '%s' "$#"
for word in "$@"; do printf '[%s]' "$word"; done
[ -t 0 ] || printf '{%s}' "$(cat)"
echo
case "$*" in *'exit 3'*) exit 3;; esac
`,
);
const directory = `${home.path}/files`;

/** What each line printed, and whether it was a success. */
async function results(name: string, hook: string): Promise<string[]> {
  const out = `${home.path}/${name}.json`;
  const script = `${home.path}/${name}.ps1`;
  writeFileSync(
    script,
    `${hook}
${SETTING}
Set-Location '${directory}'
$berthTestOut = foreach ($line in (Get-Content -Raw '${home.path}/lines.json' | ConvertFrom-Json)) {
  $LASTEXITCODE = 0
  try { $printed = Invoke-Expression $line; $ok = $? } catch { $printed = "error $_" }
  "$($printed | Out-String) $LASTEXITCODE"
}
$berthTestOut | ConvertTo-Json | Set-Content -Path '${out}'
`,
  );
  const { stderr } = await run([powershell(), "-NoProfile", "-NonInteractive", "-File", script], {
    env: home.env,
    limit: LIMIT / 2,
  });
  expect(stderr).toBe("");
  return JSON.parse(readFileSync(out, "utf8"));
}

test(`${LINES.length} lines: the words are the same`, async () => {
  expect(new Set(LINES).size).toBe(LINES.length);
  for (const name of ["one.py", "two.py", "three.txt"]) await Bun.write(`${directory}/${name}`, "");
  writeFileSync(`${home.path}/lines.json`, JSON.stringify(LINES));
  const [plain, hooked] = [await results("plain", ""), await results("hooked", await hookText("pwsh"))];
  const pairs = (printed: readonly string[]) => LINES.map((line, at) => [line, printed[at]]);
  expect(pairs(hooked)).toEqual(pairs(plain));
  // And the words were printed: nearly all lines name a word in brackets.
  expect(plain.filter((text) => text.includes("[")).length).toBeGreaterThan(200);
}, LIMIT);
