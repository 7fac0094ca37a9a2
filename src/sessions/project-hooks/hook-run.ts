import process from "node:process";
import type { HookCommand } from "./hooks-file.ts";
import { programs } from "../git/programs.ts";
import { postponeSignals } from "../process/signals.ts";

export interface HookResult {
  /** Null where it could not be started or was killed. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** The end of what it printed, both streams together. */
  readonly output: string;
  readonly durationMs: number;
}

/** What is kept of a hook's output: its end, where errors stand. */
const KEPT_CHARACTERS = 4096;

/**
 * Run a hook in its directory, in a process group of its own, which is killed when the time is over, or when a signal
 * ends us. It gets no terminal and no standard input.
 */
export async function runCommand(
  command: HookCommand,
  { cwd, env, timeoutMs }: { cwd: string; env: Record<string, string>; timeoutMs: number },
): Promise<HookResult> {
  const { spawn } = await programs();
  const started = performance.now();
  let output = "";
  let timedOut = false;
  const take = (chunk: Buffer) => {
    output = (output + chunk.toString("utf8")).slice(-KEPT_CHARACTERS);
  };
  let pid: number | undefined;
  // Before it is started: it may be at work while we have yet to hear its number.
  using _postponed = postponeSignals(() => killGroup(pid));
  return await new Promise((resolve) => {
    const [program, args] = typeof command === "string"
      ? shell(command)
      : [command[0] ?? "", command.slice(1)];
    const detached = process.platform !== "win32";
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached });
    pid = child.pid;
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(pid);
    }, timeoutMs);
    const done = (exitCode: number | null) => {
      clearTimeout(timer);
      // A background process that it left must not hold our end of the pipe open.
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve({ exitCode, timedOut, output, durationMs: Math.round(performance.now() - started) });
    };
    child.on("error", (error) => {
      output += error.message;
      done(null);
    });
    child.on("exit", (code) => setImmediate(() => done(code)));
  });
}

const shell = (line: string): [string, string[]] =>
  process.platform === "win32" ? ["cmd.exe", ["/d", "/s", "/c", line]] : ["/bin/sh", ["-c", line]];

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // It ended at this very moment.
  }
}
