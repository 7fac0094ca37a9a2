import { readFileSync } from "node:fs";
import { cleanEnv, until } from "./berth.ts";

/**
 * A real terminal with a real interactive program in it: a pseudoterminal of its own, of which the program leads
 * the session. Made by a process that nobody takes for a terminal's parent, as a terminal emulator is.
 */
export class Terminal {
  #output = "";
  // Of all terminals, so that two never read the same file.
  static #lines = 0;
  readonly #child: Bun.Subprocess;

  constructor(
    command: readonly string[],
    options: { env?: Readonly<Record<string, string>>; cwd?: string; home: string },
  ) {
    this.#child = Bun.spawn([...command], {
      cwd: options.cwd ?? options.home,
      env: { ...cleanEnv(options.home), PS1: "", ...options.env },
      terminal: {
        cols: 200,
        rows: 50,
        data: (terminal, bytes) => {
          const text = new TextDecoder().decode(bytes);
          this.#output += text;
          // What some shells ask a terminal at their start (device attributes, cursor position) and wait for.
          if (text.includes("\x1b[c") || text.includes("\x1b[0c")) terminal.write("\x1b[?1;2c");
          if (text.includes("\x1b[6n")) terminal.write("\x1b[1;1R");
        },
      },
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  get output(): string {
    return this.#output;
  }

  type(text: string): void {
    this.#child.terminal?.write(text);
  }

  /**
   * Start a program that will read what is typed next, and wait until it has the terminal: what is typed while a
   * shell's own line editor still reads is that one's.
   */
  async enter(command: string): Promise<void> {
    this.type(`${command}\r`);
    await until(`${command} in the foreground`, () => this.#foreground() === this.pid ? undefined : true);
  }

  /** Leave the program that was entered. */
  async leave(how = "exit\r"): Promise<void> {
    this.type(how);
    await until("the first shell in the foreground", () => this.#foreground() === this.pid || undefined);
  }

  /** The process group that the terminal's input goes to (tpgid of /proc/<pid>/stat). */
  #foreground(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[5]);
  }

  /** Wait until the screen shows a pattern. */
  shows(pattern: RegExp, limit?: number): Promise<RegExpExecArray> {
    return until(
      `${pattern} on the terminal, which shows:\n${this.#output.slice(-2000)}`,
      () => pattern.exec(this.#output) ?? undefined,
      limit,
    );
  }

  /**
   * Type a command line and take what it prints to standard output, through a file, so that neither echo nor
   * escape sequences get in the way. The line is one that sh, bash, zsh, dash and fish all understand.
   */
  async line(command: string, file: string, limit?: number): Promise<string> {
    const into = `${file}.${++Terminal.#lines}`;
    this.type(`${command} > ${into}; mv ${into} ${into}.done\r`);
    return await until(`${command}\nwhile the terminal shows:\n${this.#output.slice(-2000)}`, async () => {
      const done = Bun.file(`${into}.done`);
      return await done.exists() ? (await done.text()).trim() : undefined;
    }, limit);
  }

  /** End the program and with it the terminal (its session gets SIGHUP). */
  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    this.#child.terminal?.close();
    await this.#child.exited;
  }
}
