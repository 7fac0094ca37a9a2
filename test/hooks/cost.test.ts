/** What the hook costs, counted by strace: a program at the start of a shell, nothing at its prompts. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { berth, cleanEnv, until } from "../support/berth.ts";
import { hookFile, hookText, makeHome, NushellTerminal, PowerShellTerminal } from "../support/shell-pty.ts";
import { Terminal } from "../support/terminal.ts";

const PROMPTS = 100;

/** How a shell is started, and where its startup file is. */
const START: Readonly<Record<string, (home: string) => { command: string[]; rc: string; hook: string }>> = {
  bash: (home) => ({
    command: ["bash", "--rcfile", `${home}/rc`, "-i"],
    rc: `${home}/rc`,
    hook: `. ${home}/hook`,
  }),
  zsh: (home) => ({ command: ["zsh", "-d", "-i"], rc: `${home}/.zshrc`, hook: `. ${home}/hook` }),
  fish: (home) => ({
    command: ["fish", "-i"],
    rc: `${home}/.config/fish/config.fish`,
    hook: `source ${home}/hook`,
  }),
};

/** Run a shell through many prompts below strace. @returns its calls that make processes, and the programs started */
async function trace(name: string, withHook: boolean): Promise<{ forks: number; programs: string[] }> {
  const home = makeHome();
  const start = START[name]?.(home.path);
  if (start === undefined) throw new Error(`No way to start ${name}`);
  mkdirSync(`${start.rc}/..`.replace(/\/[^/]*\/\.\.$/, ""), { recursive: true });
  writeFileSync(`${home.path}/hook`, await hookText(name));
  writeFileSync(start.rc, withHook ? `${start.hook}\n` : "\n");
  const log = `${home.path}/strace`;
  const calls = "trace=clone,clone3,fork,vfork,execve";
  const terminal = new Terminal(["strace", "-f", "-qq", "-o", log, "-e", calls, ...start.command], {
    home: home.path,
    // Not what this machine has on its PATH, whose wrappers start programs of their own.
    env: cleanEnv(home.path, { PATH: `${home.bin}:/usr/bin:/bin`, ZDOTDIR: home.path }),
  });
  terminal.type('echo up-"2"\r');
  await terminal.shows(/up-2/);
  for (let prompt = 0; prompt < PROMPTS; prompt++) terminal.type("true\r");
  terminal.type(`exec ${berth} version\r`);
  const read = () => readFileSync(log, "utf8");
  await until(`the end of ${name}`, () => /execve\([^\n]*"version"\]/.test(read()) || undefined, 50_000);
  await terminal.close();
  // Threads are no processes, and what a started program does is its own affair.
  const lines = read().split("\n");
  const shell = /^\d+/.exec(lines[0] ?? "")?.[0] ?? "";
  const forks =
    lines.filter((line) =>
      line.startsWith(`${shell} `) && /(?:clone3?|v?fork)\(/.test(line) && !line.includes("CLONE_THREAD")
    ).length;
  return { forks, programs: started(lines.filter((line) => !line.startsWith(`${shell} `))) };
}

/** The programs that processes became. Where two processes talk at once, strace prints a call in two lines. */
function started(lines: readonly string[]): string[] {
  const begun = new Map<string, string>();
  const programs: string[] = [];
  for (const line of lines) {
    const pid = line.slice(0, line.indexOf(" "));
    const name = /execve\("(?:[^"]*\/)?([^"/]+)"/.exec(line)?.[1];
    if (name !== undefined) begun.set(pid, name);
    if (/execve.* = 0$/.test(line)) programs.push(begun.get(pid) ?? line);
  }
  return programs;
}

describe.each(["bash", "zsh", "fish"])("%s", (name) => {
  test(`asks once at its start, and forks nothing at ${PROMPTS} prompts`, async () => {
    const [plain, hooked] = [await trace(name, false), await trace(name, true)];
    expect(hooked.forks - plain.forks).toBe(1);
    const added = [...hooked.programs];
    for (const program of plain.programs) added.splice(added.indexOf(program), 1);
    expect(added).toEqual(["timeout", "berth"]);
  });
});

/** Those whose line editor takes what is typed at a prompt alone, so that each prompt is waited for. */
const EDITORS = {
  nu: NushellTerminal,
  pwsh: PowerShellTerminal,
};

describe.each(Object.entries(EDITORS))("%s", (name, Shell) => {
  const WAITED = 20;

  test(`asks once at its start, and starts nothing at ${WAITED} prompts`, async () => {
    const home = makeHome();
    const log = `${home.path}/strace`;
    const calls = "trace=clone,clone3,fork,vfork,execve";
    const below = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", log, "-e", calls];
    const env = cleanEnv(home.path, { PATH: `${home.bin}:/usr/bin:/bin` });
    const shell = await Shell.open(home, await hookFile(home, name, "--cmd", "berth"), env, below);
    try {
      await shell.submit("1");
      const before = readFileSync(log, "utf8");
      expect(started(before.split("\n")).filter((program) => /^(berth|timeout)$/.test(program))).toEqual([
        "berth",
      ]);
      for (let prompt = 0; prompt < WAITED; prompt++) await shell.submit("1");
      const then = readFileSync(log, "utf8").slice(before.length);
      expect(
        then.split("\n").filter((line) =>
          /(clone3?|fork|execve)\(/.test(line) && !line.includes("CLONE_THREAD")
        ),
      )
        .toEqual([]);
      // And what is started would be seen.
      await shell.submit("sh -c 'exit 0'");
      expect(started(readFileSync(log, "utf8").slice(before.length).split("\n"))).toEqual(["sh"]);
    } finally {
      await shell.close();
    }
  }, 100_000);
});
