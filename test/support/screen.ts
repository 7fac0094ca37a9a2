import { Terminal as Emulator } from "@xterm/headless";
import { cleanEnv, until } from "./berth.ts";

/** A program on a pseudoterminal, and what a terminal shows of it: a model of the screen, cell by cell. */
export class Screen {
  readonly #emulator: Emulator;
  readonly #child: Bun.Subprocess;
  /** All that was written. */
  sent = "";

  constructor(
    command: readonly string[],
    options: {
      home: string;
      cwd?: string;
      columns?: number;
      rows?: number;
      env?: Readonly<Record<string, string>>;
    },
  ) {
    const { columns: cols = 80, rows = 24 } = options;
    this.#emulator = new Emulator({ cols, rows, allowProposedApi: true });
    const decoder = new TextDecoder();
    this.#child = Bun.spawn([...command], {
      cwd: options.cwd ?? options.home,
      env: { ...cleanEnv(options.home), PS1: "$ ", ...options.env },
      terminal: {
        cols,
        rows,
        data: (_, bytes) => {
          const text = decoder.decode(bytes, { stream: true });
          this.sent += text;
          this.#emulator.write(text);
        },
      },
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  type(text: string): void {
    this.#child.terminal?.write(text);
  }

  resize(columns: number, rows: number): void {
    this.#emulator.resize(columns, rows);
    this.#child.terminal?.resize(columns, rows);
  }

  /** The screen's lines, as they are seen. */
  lines(): string[] {
    const { active } = this.#emulator.buffer;
    return Array.from(
      { length: this.#emulator.rows },
      (_, at) => active.getLine(active.baseY + at)?.translateToString(true) ?? "",
    );
  }

  get text(): string {
    return this.lines().join("\n");
  }

  /** Whether the alternate screen is shown. */
  get isAlternate(): boolean {
    return this.#emulator.buffer.active.type === "alternate";
  }

  /** Whether the cursor is shown, by what was sent last of it. */
  get showsCursor(): boolean {
    return this.sent.lastIndexOf("\x1b[?25h") >= this.sent.lastIndexOf("\x1b[?25l");
  }

  get wraps(): boolean {
    return this.#emulator.modes.wraparoundMode;
  }

  get marksPastes(): boolean {
    return this.#emulator.modes.bracketedPasteMode;
  }

  /** Wait until the screen shows it. */
  shows(pattern: RegExp): Promise<true> {
    return until(
      `${pattern} on the screen, which shows:\n${this.text}`,
      () => pattern.test(this.text) || undefined,
    )
      .catch((error) => {
        throw new Error(`${error instanceof Error ? error.message : error}\nnow:\n${this.text}`);
      });
  }

  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    this.#child.terminal?.close();
    await this.#child.exited;
    this.#emulator.dispose();
  }
}
