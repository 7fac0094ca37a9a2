/** A machine of the proof's own: home, store and repository, made once for a command and copied for each point. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface Ended {
  /** Exit status; null where a signal ended it. */
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  /** Working directory; the main checkout without one. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; empty without it. */
  readonly input?: string;
}

/** How long a command may take before it counts as hanging, in milliseconds. */
const LIMIT_MS = 30_000;

const GITCONFIG = `[user]
	email = berth@example.invalid
	name = berth
[init]
	defaultBranch = main
[maintenance]
	auto = false
[gc]
	auto = 0
`;

export class World {
  readonly top = mkdtempSync(join(tmpdir(), "berth-crash-"));
  readonly dir = join(this.top, "world");
  readonly store = join(this.dir, "store");
  readonly home = join(this.dir, "home");
  readonly root = join(this.dir, "project");
  readonly berth = resolve(process.env["BERTH_TEST_BINARY"] ?? "dist/berth");
  readonly #template = join(this.top, "template");
  /** Variables that its commands see beside its own. */
  readonly variables: Record<string, string> = {};
  /** What is ended with what was begun. */
  readonly endings: (() => void)[] = [];
  /** Whether it has a database that others share, which is all that its commands send anything to. */
  isShared = false;
  /** What goes with the machine. */
  readonly parts = new DisposableStack();
  #begun: Bun.Subprocess | undefined;
  /** Whether something may be at work since the last reset. */
  #isBusy = false;

  /** Make the machine as the command finds it. */
  prepare(make: (world: World) => void): void {
    for (const path of [this.home, this.root]) mkdirSync(path, { recursive: true });
    writeFileSync(join(this.home, ".gitconfig"), GITCONFIG);
    this.git("init", "-q");
    writeFileSync(join(this.root, "file.txt"), "one\n");
    writeFileSync(join(this.root, "mine.txt"), "not committed\n");
    this.git("add", "file.txt");
    this.git("commit", "-qm", "one");
    this.must("set", "--session-id", "keep", "k", "kept");
    make(this);
    cpSync(this.dir, this.#template, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  }

  /** Put everything back to how the command finds it. At the same path, since records name paths. */
  reset(): void {
    this.end();
    rmSync(this.dir, { recursive: true, force: true });
    this.run(["cp", "-a", this.#template, this.dir], { cwd: this.top });
  }

  #environment(): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "",
      LC_ALL: "C",
      HOME: this.home,
      BERTH_HOME: this.store,
      BERTH_SESSION: "crash",
      GIT_CONFIG_NOSYSTEM: "1",
      ...this.variables,
    };
  }

  run(command: readonly string[], options: RunOptions = {}): Ended {
    const done = Bun.spawnSync([...command], {
      cwd: options.cwd ?? this.root,
      stdin: options.input === undefined ? "ignore" : Buffer.from(options.input),
      stdout: "pipe",
      stderr: "pipe",
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
      env: { ...this.#environment(), ...options.env },
    });
    const status = done.signalCode ? null : done.exitCode;
    return { status, out: done.stdout.toString(), err: done.stderr.toString() };
  }

  /** Begin a command of ours that goes on by itself, and is ended with the machine's next reset. */
  begin(...args: string[]): void {
    this.start([this.berth, ...args]);
  }

  /** As `begin`, for any command. */
  start(command: readonly string[]): void {
    this.#isBusy = true;
    this.#begun = Bun.spawn([...command], {
      cwd: this.root,
      stdio: ["ignore", "ignore", "ignore"],
      env: this.#environment(),
    });
  }

  /** Kill the command that was begun, and nothing that it began itself. */
  kill(): void {
    this.#begun?.kill("SIGKILL");
    this.#begun = undefined;
  }

  /** End what was begun, by force. */
  end(): void {
    if (!this.#isBusy && this.endings.length === 0) return;
    this.#isBusy = false;
    this.kill();
    for (const ending of this.endings) ending();
    // Whoever is told of that end writes it down, into what is put back meanwhile.
    for (let left = this.#processes(); left.length > 0; left = this.#processes()) {
      for (const pid of left) killed(Number(pid));
    }
  }

  /** Those that have this machine's home, whoever began them. */
  #processes(): string[] {
    return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
      try {
        return `\0${readFileSync(`/proc/${pid}/environ`, "latin1")}`.includes(`\0HOME=${this.home}\0`);
      } catch {
        return false;
      }
    });
  }

  /** Put a program of the machine's own before those of the same name. */
  program(name: string, script: string): void {
    const bin = join(this.home, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, name), script, { mode: 0o755 });
    this.variables["PATH"] = `${bin}:${process.env["PATH"] ?? ""}`;
  }

  call(...args: string[]): Ended {
    return this.run([this.berth, ...args]);
  }

  /** As `call`, which must succeed. @throws Error with what it said */
  must(...args: string[]): string {
    const { status, out, err } = this.call(...args);
    if (status !== 0) throw new Error(`berth ${args.join(" ")} ended with ${status}: ${err}`);
    return out;
  }

  git(...args: string[]): string {
    const { status, out, err } = this.run(["git", ...args]);
    if (status !== 0) throw new Error(`git ${args.join(" ")} ended with ${status}: ${err}`);
    return out;
  }

  /** Names in a folder of the world, empty where there is none. */
  names(...path: string[]): string[] {
    const folder = join(this.dir, ...path);
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  text(...path: string[]): string {
    const file = join(this.dir, ...path);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  [Symbol.dispose](): void {
    this.end();
    this.parts.dispose();
    rmSync(this.top, { recursive: true, force: true });
  }
}

function killed(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
}
