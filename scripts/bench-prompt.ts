/** What the hook adds to a prompt, in microseconds: `bun scripts/bench-prompt.ts`. The budget is 50. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { build } from "./build.ts";
import { ownTarget } from "./targets.ts";

const ROUNDS = 5000;
const BUDGET_US = 50;

/** A script that loads the hook from a file and prints the microseconds that one call at the prompt takes. */
const SCRIPTS: Readonly<Record<string, (hook: string) => readonly string[]>> = {
  bash: (hook) => [
    "bash",
    "-c",
    `. ${hook}; from=\${EPOCHREALTIME/./}; for ((i = 0; i < ${ROUNDS}; i++)); do berth_hook_prompt; done
    echo $((\${EPOCHREALTIME/./} - from))`,
  ],
  zsh: (hook) => [
    "zsh",
    "-fc",
    `. ${hook}; zmodload zsh/datetime; from=$EPOCHREALTIME; repeat ${ROUNDS} berth_hook_prompt
    printf '%.0f\\n' $(((EPOCHREALTIME - from) * 1000000))`,
  ],
  fish: (hook) => [
    "fish",
    "--no-config",
    "-c",
    `source ${hook}; set from (date +%s%6N); for i in (seq ${ROUNDS}); berth_hook_prompt; end
    math (date +%s%6N) - $from`,
  ],
};

function main(): boolean {
  const home = mkdtempSync(`${tmpdir()}/berth-bench-`);
  let within = true;
  try {
    const binary = new URL(`../${build(ownTarget(), "dist/berth")}`, import.meta.url).pathname;
    symlinkSync(binary, `${home}/berth`);
    const env = { PATH: `${home}:${process.env["PATH"] ?? ""}`, HOME: home };
    for (const [shell, script] of Object.entries(SCRIPTS)) {
      const { stdout } = Bun.spawnSync([binary, "init", shell], { env });
      writeFileSync(`${home}/hook.${shell}`, stdout);
      const done = Bun.spawnSync([...script(`${home}/hook.${shell}`)], { env, stderr: "inherit" });
      const each = Number(done.stdout.toString()) / ROUNDS;
      within &&= each <= BUDGET_US;
      console.log(`${shell.padEnd(5)} ${each.toFixed(1).padStart(6)} µs a prompt, budget ${BUDGET_US}`);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  return within;
}

if (import.meta.main && !main()) process.exitCode = 1;
