/** Several hosts, each an sshd on loopback with a store of its own, and the `ssh` of somebody who may log in there. */
import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, cleanEnv, directory, type Options, run, scratch } from "./berth.ts";
import { startSshd } from "./sshd.ts";

export interface TestHost {
  readonly name: string;
  /** As ssh takes it. */
  readonly destination: string;
  readonly home: string;
  /** berth there, without the network between. */
  readonly berth: (...args: string[]) => ReturnType<typeof run>;
  readonly stop: () => Promise<void>;
}

export interface HostOptions {
  /** Whether berth is on the PATH of a login there; otherwise it is beside it. */
  readonly onPath?: boolean;
  /** What is run there instead of what is asked for, by sh; that is in `$SSH_ORIGINAL_COMMAND`. */
  readonly force?: string;
}

const PATH = "/usr/local/bin:/usr/bin:/bin";

/** Options and destination of an ssh command line, as the sshd's maker gives it. */
function taken(ssh: readonly string[]): { options: string[]; destination: string } {
  const [words, port, login] = [ssh.slice(1, -3), ssh.at(-2), ssh.at(-1)];
  return { options: [...words], destination: `ssh://${login}:${port}` };
}

export class TestFleet implements AsyncDisposable {
  readonly base = scratch();
  readonly #bin = directory(this.base, "bin");
  readonly hosts: TestHost[] = [];
  #options: string[] = [];

  async add(name: string, { onPath = true, force }: HostOptions = {}): Promise<TestHost> {
    const home = directory(this.base, name);
    const bin = directory(home, "bin dir");
    copyFileSync(berth, join(bin, "berth"));
    chmodSync(join(bin, "berth"), 0o755);
    const env = {
      PATH: onPath ? `${bin}:${PATH}` : PATH,
      BERTH_HOME: join(home, "store"),
      BERTH_SESSION: "here",
    };
    const set = Object.entries(env).map(([key, value]) => `"${key}=${value}"`).join(" ");
    const forced = join(home, "forced");
    writeFileSync(forced, 'eval "$SSH_ORIGINAL_COMMAND"');
    // Every host has a key of its own, and ssh tries them all.
    const config = ["MaxAuthTries 50", ...force === undefined ? [] : [`ForceCommand sh ${forced}`]];
    const { ssh, stop } = await startSshd([`SetEnv ${set}`, ...config]);
    if (force !== undefined) writeFileSync(forced, force);
    const { options, destination } = taken(ssh);
    this.#options.push(...options);
    writeFileSync(
      join(this.#bin, "ssh"),
      `#!/bin/sh\n${'echo >>"$SSH_STARTED" "$*"\n'}exec /usr/bin/ssh ${
        this.#options.map((word) => `'${word}'`).join(" ")
      } "$@"\n`,
      { mode: 0o755 },
    );
    const host = {
      name,
      destination,
      home,
      stop,
      berth: (...args: string[]) => run([join(bin, "berth"), ...args], { env }),
    };
    this.hosts.push(host);
    return host;
  }

  /** Every ssh that was started, by its arguments. */
  get started(): string {
    return join(this.base, "started");
  }

  env(): Record<string, string> {
    return {
      ...cleanEnv(this.base),
      PATH: `${this.#bin}:${process.env["PATH"]}`,
      BERTH_HOME: join(this.base, "store"),
      SSH_STARTED: this.started,
    };
  }

  berth(args: readonly string[], options: Options = {}): ReturnType<typeof run> {
    return run([berth, ...args], { cwd: this.base, ...options, env: { ...this.env(), ...options.env } });
  }

  async json(...args: string[]) {
    const { stdout, stderr, status } = await this.berth([...args, "--json"]);
    if (status !== 0) throw new Error(`${args.join(" ")}: ${status} ${stdout} ${stderr}`);
    return JSON.parse(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { stop } of this.hosts) await stop();
  }
}
