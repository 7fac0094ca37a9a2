import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "../../scripts/build.ts";
import { compilePrograms, makePrefix, wineEnv } from "../../scripts/wine.ts";
import { type Result, root, until } from "./berth.ts";

/** What a found ID looks like in whatever it stands. */
const ID = /(?:anchor|ssh)--[0-9a-f]{64}/;

/** A Windows of the test file's own: a Wine prefix and a display, without which Wine gives no console a window. */
export class Wine {
  #display: { child: Bun.Subprocess; number: string } | undefined;
  #batches = 0;
  #keeper: Bun.Subprocess | undefined;

  /** @param directory where everything is; `work` below it is the current directory of all commands */
  private constructor(readonly directory: string) {}

  get work(): string {
    return join(this.directory, "work");
  }

  /** @param display whether consoles are to have windows; what needs none is spared Wine's dealings with X */
  static async start(directory: string, display = true): Promise<Wine> {
    const wine = new Wine(directory);
    mkdirSync(wine.work, { recursive: true });
    makePrefix(directory);
    compilePrograms(wine.work);
    build("windows-x64", join(wine.work, "berth.exe"));
    if (display) wine.#display = await startDisplay();
    await wine.#settle();
    // A name of its own, since the tests end every launch.exe.
    copyFileSync(join(wine.work, "launch.exe"), join(wine.work, "keeper.exe"));
    // Wine's services end with the last program and take seconds to come back, so one program stays.
    wine.#keeper = Bun.spawn(["wine", "keeper", "--hang", "nul", "cmd", "/c", "exit"], {
      cwd: wine.work,
      env: wine.env(),
      stdio: ["ignore", "ignore", "ignore"],
    });
    await wine.#settle();
    return wine;
  }

  /**
   * Run a program that does nothing, until one of them ends: those that start Wine's services, and those that come
   * while these start, now and then wait for ever.
   */
  async #settle(): Promise<void> {
    for (let tries = 0; tries < 4; tries++) {
      const child = Bun.spawn(["wine", "cmd", "/c", "exit"], {
        cwd: this.work,
        env: this.env(),
        stdio: ["ignore", "ignore", "ignore"],
        timeout: 20_000,
        killSignal: "SIGKILL",
      });
      if (await child.exited === 0) return;
    }
    throw new Error("Wine runs no program");
  }

  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      ...wineEnv(this.directory),
      ...this.#display === undefined ? {} : { DISPLAY: `:${this.#display.number}` },
      ...more,
    };
  }

  /** Run a Windows program from here, where it has no console. */
  async run(
    command: readonly string[],
    more?: { env?: Record<string, string>; cwd?: string },
  ): Promise<Result> {
    const child = Bun.spawn(["wine", ...command], {
      cwd: more?.cwd ?? this.work,
      env: this.env(more?.env),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: 150_000,
      killSignal: "SIGKILL",
    });
    const stdout = new Response(child.stdout).text();
    const stderr = new Response(child.stderr).text();
    const status = await child.exited;
    return { stdout: await stdout, stderr: await stderr, status };
  }

  /**
   * Open a console with a window and type lines at the prompt of a cmd.exe in it, then close it.
   *
   * @param lines by a name each; `{out}` in a line stands for the file that its output is to go to
   * @returns by name, the ID in that file
   */
  async type<Name extends string>(
    lines: Readonly<Record<Name, string>>,
    cwd = this.work,
  ): Promise<Record<Name, string>> {
    const batch = `b${++this.#batches}`;
    const file = (name: string) => `${batch}-${name.replace(/\W+/g, "-")}.txt`;
    const names = Object.keys(lines) as Name[];
    const text = names.map((name) =>
      lines[name].replaceAll("{out}", cwd === this.work ? file(name) : `%~dp0${file(name)}`)
    );
    writeFileSync(join(this.work, `${batch}.bat`), [...text, "exit", ""].join("\r\n"));
    // `/k` is what makes this the prompt that somebody sits at; `exit` ends it after the last line.
    await this.run(["start", "/wait", "cmd", "/k", `Z:${this.work.replaceAll("/", "\\")}\\${batch}.bat`], {
      cwd,
    });
    return Object.fromEntries(names.map((name) => [name, this.id(file(name))])) as Record<Name, string>;
  }

  /** The ID in a file of the work directory, or what else is there. */
  id(file: string): string {
    const path = join(this.work, file);
    const text = existsSync(path) ? readFileSync(path, "utf8") : "no file";
    return ID.exec(text)?.[0] ?? `no ID but ${JSON.stringify(text.slice(0, 500))}`;
  }

  /** End everything that still runs in the prefix, and the display. */
  async stop(): Promise<void> {
    for (const how of ["--kill", "--wait"]) {
      await Bun.spawn(["wineserver", how], { env: wineEnv(this.directory), stderr: "ignore" }).exited;
    }
    await this.#keeper?.exited;
    this.#display?.child.kill("SIGTERM");
    await this.#display?.child.exited;
  }
}

async function startDisplay(): Promise<{ child: Bun.Subprocess; number: string }> {
  const child = Bun.spawn(["Xvfb", "-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp"], {
    cwd: root,
    stdout: "pipe",
    stderr: "ignore",
  });
  let said = "";
  const reader = child.stdout.getReader();
  const number = await until("Xvfb to name its display", async () => {
    const { value } = await reader.read();
    said += new TextDecoder().decode(value);
    return /^(\d+)\n/.exec(said)?.[1];
  });
  return { child, number };
}
