/** What the hook costs in a shell, a part of `npm run bench`: at a prompt where nothing has changed, and at its start. */
import { writeFileSync } from "node:fs";
import { measure, type Row, table } from "./measure.ts";
import { registryProgram } from "./registry-programs.ts";

const ROUNDS = 5000;
/** How often each PowerShell is started, a third of a second a time. */
const STARTS = 15;

interface PromptBench {
  /** Microseconds that a prompt may take. */
  readonly budget: number;
  /** The shell, where this machine has it. */
  readonly program: () => string | null | undefined;
  /** A script that loads the hook from a file and prints the microseconds of all rounds. */
  readonly script: (hook: string) => readonly string[];
}

const SHELLS: Readonly<Record<string, PromptBench>> = {
  bash: {
    budget: 50,
    program: () => Bun.which("bash"),
    script: (hook) => [
      "-c",
      `. ${hook}; from=\${EPOCHREALTIME/./}; for ((i = 0; i < ${ROUNDS}; i++)); do berth_hook_prompt; done
      echo $((\${EPOCHREALTIME/./} - from))`,
    ],
  },
  zsh: {
    budget: 50,
    program: () => Bun.which("zsh"),
    script: (hook) => [
      "-fc",
      `. ${hook}; zmodload zsh/datetime; from=$EPOCHREALTIME; repeat ${ROUNDS} berth_hook_prompt
      printf '%.0f\\n' $(((EPOCHREALTIME - from) * 1000000))`,
    ],
  },
  fish: {
    budget: 50,
    program: () => Bun.which("fish"),
    script: (hook) => [
      "--no-config",
      "-c",
      `source ${hook}; set from (date +%s%6N); for i in (seq ${ROUNDS}); berth_hook_prompt; end
      math (date +%s%6N) - $from`,
    ],
  },
  nu: {
    budget: 50,
    program: () => registryProgram("nushell"),
    script: (hook) => [
      "-n",
      "-c",
      `source ${hook}; let from = (date now); for i in 1..${ROUNDS} { berth_hook_prompt }
      print (((date now) - $from) / 1us | math round)`,
    ],
  },
  // What the hook adds to the prompt that was there, so the same rounds of that one are taken off. Twice, since what
  // runs often is compiled.
  pwsh: {
    budget: 100,
    program: () => registryProgram("powershell"),
    script: (hook) => [
      "-NoProfile",
      "-NonInteractive",
      "-Command",
      `function prompt { 'PS> ' }; $plain = $function:prompt; . ${hook}; $hooked = $function:prompt
      function Measure-Prompt($prompt) {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        for ($i = 0; $i -lt ${ROUNDS}; $i++) { $null = & $prompt }
        $watch.Elapsed.TotalMilliseconds * 1000
      }
      $null = Measure-Prompt $plain; $null = Measure-Prompt $hooked
      (Measure-Prompt $hooked) - (Measure-Prompt $plain)`,
    ],
  },
};

/**
 * Measure every shell that this machine has and print a line for each.
 *
 * @param directory where the binary `berth` lies; the hooks are written beside it
 * @returns whether all are within the budget
 */
export function prompts(directory: string): boolean {
  const env = environment(directory);
  let within = true;
  for (const [shell, { budget, program, script }] of Object.entries(SHELLS)) {
    const found = program();
    if (found === null || found === undefined) continue;
    const done = Bun.spawnSync([found, ...script(hookFile(directory, shell))], { env, stderr: "inherit" });
    const each = Number(done.stdout.toString()) / ROUNDS;
    within &&= each <= budget;
    console.log(
      `${`a prompt of ${shell}`.padEnd(40)} ${each.toFixed(1).padStart(7)} µs, budget ${budget}`,
    );
  }
  return within;
}

const environment = (directory: string) => ({
  PATH: `${directory}:${process.env["PATH"] ?? ""}`,
  HOME: directory,
  POWERSHELL_TELEMETRY_OPTOUT: "1",
});

function hookFile(directory: string, shell: string): string {
  const file = `${directory}/hook.${shell === "pwsh" ? "ps1" : shell}`;
  const { stdout } = Bun.spawnSync([`${directory}/berth`, "init", shell], { env: environment(directory) });
  writeFileSync(file, stdout);
  return file;
}

/** How long PowerShell takes to start with the lines that the pages of berth and of zoxide give for a profile. */
export function starts(directory: string): boolean {
  const pwsh = registryProgram("powershell");
  if (pwsh === undefined || Bun.which("zoxide") === null) return true;
  const env = environment(directory);
  const start = (name: string, line: string) => ({
    name,
    command: [pwsh, "-NoProfile", "-NonInteractive", "-Command", line],
    env,
  });
  const medians = measure([
    start("zoxide", "Invoke-Expression (& { (zoxide init powershell | Out-String) })"),
    start("berth", 'Invoke-Expression ((& berth init pwsh) -join "`n")'),
  ], STARTS);
  const row: Row = { what: "PowerShell with the hook", of: ["berth"], against: ["zoxide"], budget: 1.3 };
  return table(medians, [row]);
}
