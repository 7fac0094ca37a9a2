import { chmodSync, chownSync, cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { berth, cleanEnv, directory, run } from "../support/berth.ts";
import { confine } from "../support/confine.ts";
import type { Environment } from "./environments.ts";

export const COMMANDS: readonly (readonly string[])[] = [
  ["id"],
  ["get", "k"],
  ["set", "k", "w"],
  ["list"],
  ["hold", "--", "true"],
  ["doctor"],
];

export interface Cell {
  readonly command: string;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Tries environments, each command on a copy of one store. */
export interface Trial {
  cell(environment: Environment, command: readonly string[]): Promise<Cell>;
}

export async function trial(home: string): Promise<Trial> {
  chmodSync(home, 0o755);
  const made = join(home, "made");
  const env = { BERTH_HOME: made, BERTH_SESSION: "here" };
  const { status, stderr } = await run([berth, "set", "k", "v"], { env });
  if (status !== 0) throw new Error(stderr);
  const program = confine();
  let count = 0;
  return {
    async cell(environment, command) {
      const here = directory(home, String(count++));
      mkdirSync(here, { recursive: true });
      const store = join(here, "store");
      cpSync(made, store, { recursive: true });
      chmodSync(here, 0o777);
      if (environment.before?.includes("--reuid=65534") === true) giveAway(store);
      const words = [...(environment.before ?? []).map((word) => word === "confine" ? program : word), berth];
      const prepared = environment.mount === undefined
        ? ""
        : `PATH=/usr/sbin:/usr/bin:/sbin:/bin; ${environment.mount}\n`;
      const script = `${prepared}exec "$@" ${environment.streams ?? ""}`;
      const inner = ["sh", "-c", script, "sh", ...words, ...command];
      const plain = prepared === "" && environment.streams === undefined;
      const full = prepared === "" ? plain ? [...words, ...command] : inner : ["unshare", "-m", ...inner];
      const done = await runIn(here, full, environment, store);
      return { command: command.join(" "), ...done };
    },
  };
}

function giveAway(store: string): void {
  for (
    const path of [store, ...new Bun.Glob("**").scanSync({ cwd: store, absolute: true, onlyFiles: false })]
  ) {
    chownSync(path, 65534, 65534);
  }
}

async function runIn(
  here: string,
  command: readonly string[],
  { variables = {} }: Environment,
  store: string,
) {
  const env: Record<string, string> = cleanEnv(here, { BERTH_HOME: store, BERTH_SESSION: "here" });
  for (const [name, value] of Object.entries({ STORE: store, HERE: here, ...variables })) {
    if (value === null) delete env[name];
    else env[name] = value;
  }
  const child = Bun.spawn([...command], {
    cwd: here,
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: 30_000,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { stdout, stderr, status: child.exitCode ?? 128 + (child.signalCode === "SIGKILL" ? 9 : 6) };
}

/** What nobody is to see for what the machine denies: traces, the runtime's own last words, source text. */
export const CRASH = /^\s+at |panic|Segmentation|oh no|Internal error|please report|^\d+ \| |Unhandled/im;
