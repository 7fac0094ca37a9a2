import process from "node:process";
import { type Programs, programs } from "./programs.ts";

/** How a program ended, and what it printed. */
export interface Completed {
  /** Exit status; null where a signal ended it. */
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Call {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Text for its standard input; without one it has none. */
  readonly input: string | undefined;
  /** Whether standard input and output are no text: each character is one byte then. */
  readonly binary?: boolean;
}

const start = "Bun" in globalThis && process.platform === "linux"
  ? (await import("../../facts/spawn-bun.ts")).start
  : undefined;

/** Output beyond this is no answer that we could hold. */
const MAX_BYTES = 1 << 30;

/**
 * Run a program and wait for it, as nothing else is to be done meanwhile: what node:stream costs at its first use is
 * more than a call of git.
 *
 * @throws Error what the runtime says where it cannot be started, with `code` (`ENOENT`)
 */
export const runToEnd: (command: readonly [string, ...string[]], call: Call) => Completed =
  (typeof BERTH_SYSTEM === "string"
      ? BERTH_SYSTEM !== "win32"
      : "Bun" in globalThis && process.platform !== "win32")
    ? byBun
    : byNode(await programs());

/** What a program that nobody waits for may take until somebody does. */
const AHEAD = { timeoutMs: 10_000, maxBytes: 1 << 20 };

/**
 * Start a program that needs no input, and take what it printed when the function that comes back is called.
 *
 * @returns the output; undefined where there is none, because the program failed, or because this runtime cannot
 *   start one and go on
 */
export function startAhead(
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
): () => string | undefined {
  if (start === undefined) return () => undefined;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}\0`).join("");
  const answer = start(command, AHEAD, new TextEncoder().encode(variables));
  return () => {
    const output = answer();
    return output.ok ? output.value : undefined;
  };
}

/** A millisecond faster than by node:child_process, and two more the first time. */
function byBun(
  command: readonly [string, ...string[]],
  { cwd, env, input, binary = false }: Call,
): Completed {
  const done = Bun.spawnSync({
    cmd: [...command],
    cwd,
    env: { ...env },
    stdin: input === undefined ? "ignore" : Buffer.from(input, binary ? "latin1" : "utf8"),
    stdout: "pipe",
    stderr: "pipe",
    maxBuffer: MAX_BYTES,
  });
  return {
    status: done.exitCode,
    out: done.stdout.toString(binary ? "latin1" : "utf8"),
    err: done.stderr.toString(),
  };
}

function byNode({ spawnSync }: Programs): typeof byBun {
  return ([program, ...args], { cwd, env, input, binary = false }) => {
    const done = spawnSync(program, args, {
      cwd,
      env: { ...env },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      maxBuffer: MAX_BYTES,
      encoding: binary ? "latin1" : "utf8",
      ...input === undefined ? {} : { input: Buffer.from(input, binary ? "latin1" : "utf8") },
    });
    if (done.error !== undefined && done.status === null && done.signal === null) throw done.error;
    return { status: done.status, out: done.stdout, err: done.stderr };
  };
}
