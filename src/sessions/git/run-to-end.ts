import process from "node:process";
import { begin as beginProgram, type Waiting } from "../../facts/child-bun.ts";
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
  /** Whether that comes later: as it waits for it, it is started already. */
  readonly takesInput?: boolean;
  /** Whether standard input and output are no text: each character is one byte then. */
  readonly binary?: boolean;
}

/** Starts a program beside us; undefined where this runtime cannot. */
const begin = "Bun" in globalThis && process.platform === "linux" ? beginProgram : undefined;

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

/** A call of git that may be at work. */
export interface BegunCall {
  /** Give it the input that came later and wait for its end, and call back meanwhile where this runtime can; once. */
  (waiting?: Waiting, later?: string): Completed;
  /** End it instead: nobody wants its answer any more. */
  readonly drop: () => void;
}

/**
 * Start git and go on, where this runtime can and there is no input yet.
 *
 * @throws Error as `runToEnd`
 */
export function beginGit(args: readonly string[], call: Call): BegunCall {
  const { cwd, env, input, takesInput = false, binary = false } = call;
  // The system looks for it where our own PATH says.
  const ended = input === undefined && env["PATH"] === process.env["PATH"]
    ? begin?.(["git", "-C", cwd, ...args], variablesOf(env), takesInput) ?? undefined
    : undefined;
  if (ended === undefined) {
    const run = (_?: Waiting, later = input) => runToEnd(["git", ...args], { ...call, input: later });
    return Object.assign(run, { drop: () => {} });
  }
  const end = (waiting?: Waiting, later?: string) => {
    const { status, out, err } = ended(
      waiting,
      later === undefined ? undefined : new TextEncoder().encode(later),
    );
    return { status, out: binary ? bytesOf(out) : textOf(out), err: textOf(err) };
  };
  return Object.assign(end, { drop: ended.drop });
}

const encoded = new WeakMap<Call["env"], Uint8Array>();

/** The variables as /proc/<pid>/environ has them; those of an object that is handed on are encoded once. */
function variablesOf(env: Call["env"]): Uint8Array {
  const bytes = encoded.get(env) ??
    new TextEncoder().encode(Object.entries(env).map(([name, value]) => `${name}=${value}\0`).join(""));
  encoded.set(env, bytes);
  return bytes;
}

/** A Buffer does the same, and takes a tenth of a millisecond the first time. */
const textOf = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

/** Each byte as one character. */
const bytesOf = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString("latin1");

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
