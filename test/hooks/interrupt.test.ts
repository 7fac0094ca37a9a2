/** ^C while a profile loads and the program does not answer: the prompt comes at once, and the shell works. */
import { afterEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { until } from "../support/berth.ts";
import {
  type Home,
  hookFile,
  makeHome,
  nushell,
  NushellTerminal,
  PowerShellTerminal,
  program,
} from "../support/shell-pty.ts";
import { Terminal } from "../support/terminal.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const shell of open.splice(0)) await shell.close();
});

/** What another terminal's programs inherit. */
const INHERITED = {
  BERTH_SESSION_ID: "anchor--old",
  BERTH_SESSION_SHORT: "anchor--old",
  BERTH_SESSION_BIND: "1,2,3,4,/dev/pts/9,b,n,anchor--old",
  BERTH_USE: "x",
};

/** A home whose berth writes its number down and then hears no signal. */
function hangingHome(): Home {
  const home = makeHome();
  rmSync(`${home.bin}/berth`);
  program(
    `${home.bin}/berth`,
    `#!/bin/sh\ntrap '' INT TERM HUP\necho called >> ${home.path}/calls; echo $$ > ${home.path}/pid.new\nmv ${home.path}/pid.new ${home.path}/pid\nwhile :; do sleep 1; done\n`,
  );
  return home;
}

const started = (home: Home) =>
  until(
    "the program",
    () => existsSync(`${home.path}/pid`) ? readFileSync(`${home.path}/pid`, "utf8").trim() : undefined,
    40_000,
  );

/** The program was asked at the start alone, and not at the prompt that came instead. */
const expectAskedOnce = (home: Home) => expect(readFileSync(`${home.path}/calls`, "utf8")).toBe("called\n");

const ended = (pid: string) => until("its end", () => existsSync(`/proc/${pid}/exe`) ? undefined : true);

const FILES: Record<string, (path: string) => { command: string[]; file: string }> = {
  bash: (path) => ({ command: ["bash", "--rcfile", `${path}/rc`, "-i"], file: `${path}/rc` }),
  zsh: (path) => ({ command: ["zsh", "-d", "-i"], file: `${path}/.zshrc` }),
  fish: (path) => ({ command: ["fish", "-i"], file: `${path}/.config/fish/config.fish` }),
};

test.each(Object.entries(FILES))("%s", async (name, how) => {
  const home = hangingHome();
  const { command, file } = how(home.path);
  mkdirSync(`${home.path}/.config/fish`, { recursive: true });
  writeFileSync(file, await hookFile(home, name, "--cmd", "berth"));
  const shell = new Terminal(command, {
    home: home.path,
    env: { ...home.env, ZDOTDIR: home.path, ...INHERITED },
  });
  open.push(shell);
  const pid = await started(home);
  shell.type("\x03");
  expect(await shell.line('echo "up$BERTH_SESSION_ID"', `${home.path}/up`)).toBe("up");
  await ended(pid);
  expectAskedOnce(home);
  expect(shell.output).not.toMatch(/not found|rror/);
});

test("nu", async () => {
  if (await nushell() === undefined) return expect(Bun.which("nu")).toBeNull();
  const home = hangingHome();
  const shell = await NushellTerminal.open(home, await hookFile(home, "nu", "--cmd", "berth"), INHERITED);
  open.push(shell);
  const pid = await started(home);
  shell.terminal.type("\x03");
  expect(await shell.line('$"up($env.BERTH_SESSION_ID?)"')).toBe("up");
  expectAskedOnce(home);
  await ended(pid);
}, 60_000);

test("pwsh", async () => {
  const home = hangingHome();
  const shell = PowerShellTerminal.start(home, await hookFile(home, "pwsh", "--cmd", "berth"), INHERITED);
  open.push(shell);
  const pid = await started(home);
  shell.terminal.type("\x03");
  await ended(pid);
  await shell.atPrompt();
  expect(await shell.line('echo "up$env:BERTH_SESSION_ID"')).toBe("up");
  expectAskedOnce(home);
}, 100_000);
