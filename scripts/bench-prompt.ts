/** What the hook adds to a prompt where nothing has changed, a part of `npm run bench`. */
import { writeFileSync } from "node:fs";

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

/**
 * Measure every shell that PATH has and print a line for each.
 *
 * @param directory where the binary `berth` lies; the hooks are written beside it
 * @returns whether all are within the budget
 */
export function prompts(directory: string): boolean {
  const env = { PATH: `${directory}:${process.env["PATH"] ?? ""}`, HOME: directory };
  let within = true;
  for (const [shell, script] of Object.entries(SCRIPTS)) {
    if (Bun.which(shell) === null) continue;
    const hook = `${directory}/hook.${shell}`;
    writeFileSync(hook, Bun.spawnSync([`${directory}/berth`, "init", shell], { env }).stdout);
    const done = Bun.spawnSync([...script(hook)], { env, stderr: "inherit" });
    const each = Number(done.stdout.toString()) / ROUNDS;
    within &&= each <= BUDGET_US;
    console.log(
      `${`a prompt of ${shell}`.padEnd(40)} ${each.toFixed(1).padStart(7)} µs, budget ${BUDGET_US}`,
    );
  }
  return within;
}
