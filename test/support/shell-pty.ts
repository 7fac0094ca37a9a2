import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bringProgram } from "../../scripts/registry-programs.ts";
import { berth, run, scratch, until } from "./berth.ts";
import { Terminal } from "./terminal.ts";

/** A home with the binary as `berth` first on its PATH, and files of a user's. */
export interface Home {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where programs can be put that come before all others. */
  readonly bin: string;
}

export function makeHome(): Home {
  const path = scratch("berth-home-");
  const bin = join(path, "bin");
  mkdirSync(bin);
  symlinkSync(berth, join(bin, "berth"));
  return { path, bin, env: { HOME: path, PATH: `${bin}:${process.env["PATH"] ?? ""}` } };
}

/** Write an executable file. @returns its path */
export function program(path: string, text: string): string {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** What `berth init` prints, by shell and further arguments; asked once. */
export async function hookText(shell: string, ...more: readonly string[]): Promise<string> {
  const key = [shell, ...more].join(" ");
  let text = texts.get(key);
  if (text === undefined) {
    const { stdout, stderr, status } = await run([berth, "init", shell, ...more]);
    if (status !== 0 || stderr !== "") throw new Error(`berth init ${key}: ${status} ${stderr}`);
    texts.set(key, text = stdout);
  }
  return text;
}

const texts = new Map<string, string>();

/** How a shell that people type at is started with one startup file. */
const START: Readonly<Record<string, (home: Home, rc: string) => { command: string[]; file: string }>> = {
  bash: ({ path }) => ({ command: ["bash", "--rcfile", `${path}/rc.bash`, "-i"], file: `${path}/rc.bash` }),
  "bash --posix": ({ path }) => ({ command: ["bash", "--posix", "-i"], file: `${path}/env.bash` }),
  zsh: ({ path }) => ({ command: ["zsh", "-d", "-i"], file: `${path}/.zshrc` }),
  fish: ({ path }) => ({ command: ["fish", "-i"], file: `${path}/.config/fish/config.fish` }),
};

/** PowerShell asks nobody on the network. */
export const QUIET = { POWERSHELL_TELEMETRY_OPTOUT: "1", POWERSHELL_UPDATECHECK: "Off" };

let files = 0;

/** An interactive shell on a terminal of its own. */
export class ShellTerminal {
  private constructor(readonly terminal: Terminal, private readonly home: Home) {}

  /**
   * Start a shell and wait until it reads what is typed.
   *
   * @param shell `bash`, `bash --posix`, `zsh` or `fish`
   * @param rc its startup file
   */
  static async open(
    shell: string,
    home: Home,
    rc: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<ShellTerminal> {
    const start = START[shell];
    if (start === undefined) throw new Error(`No way to start ${shell}`);
    const { command, file } = start(home, rc);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, shell === "zsh" ? `unsetopt prompt_sp\n${rc}` : rc);
    const posix = shell === "bash --posix" ? { ENV: file } : {};
    const terminal = new Terminal(command, {
      home: home.path,
      env: { ...home.env, ZDOTDIR: home.path, ...posix, ...env },
    });
    const opened = new ShellTerminal(terminal, home);
    await opened.line("echo ready");
    return opened;
  }

  /** Type a command line and take what it prints, through a file. */
  line(command: string, limit?: number): Promise<string> {
    return this.terminal.line(command, `${this.home.path}/out-${++files}`, limit);
  }

  /** Type a command line of which nothing is taken; what is typed next is read behind it. */
  type(command: string): void {
    this.terminal.type(`${command}\r`);
  }

  close(): Promise<void> {
    return this.terminal.close();
  }
}

/** How each shell loads the hook from a file. */
export const source = (shell: string, file: string): string =>
  shell.startsWith("bash") || shell === "zsh" || shell === "pwsh" ? `. ${file}\n` : `source ${file}\n`;

/** The hook as a file in a home. @returns the startup line that loads it */
export async function hookFile(home: Home, shell: string, ...more: readonly string[]): Promise<string> {
  const name = shell.split(" ")[0] ?? shell;
  const file = `${home.path}/hook-${++files}.${name === "pwsh" ? "ps1" : name}`;
  writeFileSync(file, await hookText(name, ...more));
  return source(shell, file);
}

/** A real Nushell: PATH's, else the npm package's; undefined without one. */
export const nushell = (): Promise<string | undefined> => Promise.resolve(bringProgram("nushell"));

/** A real PowerShell: PATH's, else the one that the .NET SDK brings. @throws Error where neither is to be had */
export function powershell(): string {
  const found = bringProgram("powershell");
  if (found === undefined) throw new Error("There is no pwsh on the PATH, and no dotnet to bring one");
  return found;
}

/** Nushell with its line editor. */
export class NushellTerminal {
  #files = 0;

  private constructor(readonly terminal: Terminal, private readonly home: Home) {}

  /**
   * @param rc its configuration
   * @param below what it is started by, strace for one
   */
  static async open(
    home: Home,
    rc: string,
    env: Readonly<Record<string, string>> = {},
    below: readonly string[] = [],
  ): Promise<NushellTerminal> {
    const [config, empty] = [`${home.path}/config.nu`, `${home.path}/env.nu`];
    writeFileSync(config, `$env.config.show_banner = false\n${rc}`);
    writeFileSync(empty, "");
    const nu = await nushell();
    if (nu === undefined) throw new Error("There is no nu on the PATH, and no npm to bring one");
    const terminal = new Terminal([...below, nu, "--config", config, "--env-config", empty], {
      home: home.path,
      env: { ...home.env, ...env },
    });
    return new NushellTerminal(terminal, home);
  }

  // Between a command's end (OSC 133;D) and the end of the next prompt (133;B) nu asks the terminal where the cursor
  // is, and takes what is typed for a part of the answer.
  #ended(): number {
    return this.terminal.output.split("\x1b]133;D").length;
  }

  async atPrompt(): Promise<void> {
    await until(
      `nu's prompt while it shows ${JSON.stringify(this.terminal.output.slice(-800))}`,
      () => this.terminal.output.split("\x1b]133;D").at(-1)?.includes("\x1b]133;B") || undefined,
    );
  }

  /** Type a command line and wait for its end. */
  async submit(command: string): Promise<void> {
    await this.atPrompt();
    const before = this.#ended();
    this.terminal.type(`${command}\r`);
    await until(
      `${command} while nu shows ${JSON.stringify(this.terminal.output.slice(-800))}`,
      () => this.#ended() > before || undefined,
    );
  }

  /** Take what an expression is, as text. */
  async line(expression: string): Promise<string> {
    const into = `${this.home.path}/nu-${++this.#files}`;
    await this.submit(`${expression} | save ${into}`);
    return readFileSync(into, "utf8").trim();
  }

  close(): Promise<void> {
    return this.terminal.close();
  }
}

/** What the prompt of `PowerShellTerminal` looks like: the status that it saw, and the short ID. */
const PROMPT =
  'function prompt { "<$?:$(if (Get-Command Get-BerthPrompt -ErrorAction Ignore) { Get-BerthPrompt })> " }\n';

/** PowerShell with its line editor, which takes what is typed at a prompt, and only that. */
export class PowerShellTerminal {
  #prompts = 0;

  private constructor(readonly terminal: Terminal, private readonly home: Home) {}

  /** @param rc the profile, behind a prompt that shows `<status:short ID> ` */
  static async open(
    home: Home,
    rc: string,
    env: Readonly<Record<string, string>> = {},
    below: readonly string[] = [],
  ) {
    const opened = PowerShellTerminal.start(home, rc, env, below);
    await opened.atPrompt();
    return opened;
  }

  /** The same, without waiting until it is up. @param below what it is started by, strace for one */
  static start(
    home: Home,
    rc: string,
    env: Readonly<Record<string, string>> = {},
    below: readonly string[] = [],
  ): PowerShellTerminal {
    const file = `${home.path}/.config/powershell/Microsoft.PowerShell_profile.ps1`;
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, PROMPT + rc);
    const terminal = new Terminal([...below, powershell(), "-NoLogo"], {
      home: home.path,
      env: { ...home.env, ...QUIET, ...env },
    });
    return new PowerShellTerminal(terminal, home);
  }

  /** Wait for the next prompt. @returns what it showed */
  async atPrompt(): Promise<string> {
    const found = await until(
      `prompt ${this.#prompts + 1} in ${JSON.stringify(this.terminal.output.slice(-1500))}`,
      () => {
        const prompts = [...this.terminal.output.matchAll(/<((?:True|False):[^>]*)> /g)];
        return prompts.length > this.#prompts ? prompts.at(-1)?.[1] : undefined;
      },
      40_000,
    );
    this.#prompts = [...this.terminal.output.matchAll(/<((?:True|False):[^>]*)> /g)].length;
    return found;
  }

  /** Type a command line and wait for the prompt behind it. @returns what that prompt showed */
  submit(command: string): Promise<string> {
    this.terminal.type(`${command}\r`);
    return this.atPrompt();
  }

  /** Type a command line and take what it prints. */
  async line(command: string): Promise<string> {
    const file = `${this.home.path}/out-${++files}`;
    await this.submit(`${command} > ${file}`);
    return readFileSync(file, "utf8").trim();
  }

  close(): Promise<void> {
    return this.terminal.close();
  }
}
