/** A real coding agent in a real tmux, in a network namespace with loopback and a fake model in it and nothing else. */
import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { berth, root, run, scratch, until } from "./berth.ts";

/** Where the agents are: `BERTH_AGENTS`, or what `npm install --prefix` made there. */
export function agentsDirectory(): string {
  const directory = process.env["BERTH_AGENTS"];
  if (directory === undefined) throw new Error("BERTH_AGENTS names no directory with agents");
  return `${directory}/node_modules/.bin:${directory}/bin:${directory}`;
}

export const PORT = "8177";
/** A busy machine takes its time. */
const LONG = 60_000;

export interface AgentRow {
  readonly agent: string;
  readonly status: string;
  readonly reason: string | null;
  readonly pid: number;
}

export class RealAgent implements AsyncDisposable {
  readonly home = scratch("berth-real-");
  readonly project = join(this.home, "p");
  readonly env: Record<string, string>;
  #started = 0;
  #model: Bun.Subprocess<"ignore", "pipe", "inherit"> | undefined;

  /** @param env what the agent needs beside what all of them get */
  constructor(readonly name: string, env: Record<string, string>) {
    mkdirSync(this.project);
    this.env = {
      HOME: this.home,
      PATH: `${agentsDirectory()}:${process.env["PATH"] ?? ""}`,
      BERTH_HOME: join(this.home, "store"),
      TMUX_TMPDIR: this.home,
      SHELL: "/bin/bash",
      LANG: "C.UTF-8",
      TERM: "xterm-256color",
      ...env,
    };
  }

  /** A file below its home. */
  put(file: string, content: string): void {
    const path = join(this.home, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  async open(): Promise<this> {
    const script = `ip link set lo up; exec ${process.execPath} ${root}/test/support/fake-model.ts ${PORT}`;
    this.#model = Bun.spawn(["unshare", "-n", "sh", "-c", script], { stdio: ["ignore", "pipe", "inherit"] });
    for await (const chunk of this.#model.stdout) {
      if (new TextDecoder().decode(chunk).includes("listening")) break;
    }
    return this;
  }

  /** Run a program in its namespace, with its environment. */
  inside = (...command: string[]) =>
    run(["nsenter", "-t", String(this.#model?.pid), "-n", "--", ...command], {
      env: this.env,
      cwd: this.project,
    });

  tmux = (...args: string[]) =>
    this.inside("tmux", "-L", `real-${this.#started}`, "-f", "/dev/null", ...args);

  /** Start it in a pane whose session has a record, as every terminal has in which something was set. */
  async start(command: string): Promise<void> {
    // A server that is just ending takes nobody in.
    this.#started += 1;
    const script = `${berth} set k v; exec ${command}`;
    const size = ["-x", "150", "-y", "45"];
    const made = await this.tmux(
      "new-session",
      "-d",
      "-s",
      "m",
      ...size,
      "-c",
      this.project,
      "sh",
      "-c",
      script,
    );
    if (made.status !== 0) throw new Error(made.stderr);
    // What it says when it ends at once stays to be read.
    await this.tmux("set-option", "-t", "m", "remain-on-exit", "on");
  }

  screen = async (): Promise<string> => (await this.tmux("capture-pane", "-p", "-t", "m")).stdout;

  async shows(what: RegExp, limit = LONG): Promise<void> {
    try {
      await until(`${what} on the screen`, async () => what.test(await this.screen()) || undefined, limit);
    } catch (error) {
      throw new Error(`${(error as Error).message}:\n${(await this.screen()).replace(/(\s*\n)+/g, "\n")}`);
    }
  }

  rows = async (): Promise<AgentRow[]> =>
    JSON.parse((await this.inside(berth, "list", "--json")).stdout).sessions
      .flatMap(({ agents }: { agents: AgentRow[] }) => agents)
      .filter(({ agent }: AgentRow) => agent === this.name);

  async becomes(status: string, reason?: string | RegExp): Promise<AgentRow> {
    let last: AgentRow[] = [];
    try {
      return await until(`${this.name} to be ${status}`, async () => {
        last = await this.rows();
        return last.find((row) =>
          row.status === status && (reason === undefined || new RegExp(reason).test(row.reason ?? ""))
        );
      }, LONG);
    } catch (error) {
      throw new Error(`${(error as Error).message}: ${JSON.stringify(last)}\n${await this.screen()}`);
    }
  }

  press = (...keys: string[]) => this.tmux("send-keys", "-t", "m", ...keys);

  /** Press a key until it is so: what is pressed while a screen is drawn anew is lost in some agents. */
  async pressUntil(key: string, status: string): Promise<AgentRow> {
    const row = await until(`${this.name} to be ${status} by ${key}`, async () => {
      await this.press(key);
      await Bun.sleep(250);
      return (await this.rows()).find((row) => row.status === status);
    }, LONG);
    // Esc and a letter that follows it at once are another key.
    await Bun.sleep(1000);
    return row;
  }

  /** Type a prompt, and send it once it stands there: what comes at once is taken for a paste. */
  async say(text: string): Promise<void> {
    await this.press("-l", text);
    await this.shows(new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
    await Bun.sleep(600);
    await this.press("Enter");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tmux("kill-server");
    // Its servers outlive it; nobody but us is in that namespace.
    const network = (pid: string) => {
      try {
        return readlinkSync(`/proc/${pid}/ns/net`);
      } catch {
        return null;
      }
    };
    const ours = network(String(this.#model?.pid));
    const left = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && network(pid) === ours);
    for (const pid of ours === null ? [] : left) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // Gone by itself.
      }
    }
    await this.#model?.exited;
  }
}
