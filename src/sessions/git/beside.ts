import { programs } from "./programs.ts";

/** What a program printed that ran beside others; null where it failed, or took too long. */
export type Beside = string | null;

/** Bytes of output that a look at a worktree may print: a name for each changed file. */
const MAX_BYTES = 64 << 20;

/**
 * Run a program without waiting for it.
 *
 * @param signal kills it
 */
export async function runBeside(
  [program = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Beside> {
  if (signal.aborted) return null;
  if ("Bun" in globalThis) {
    const child = Bun.spawn([program, ...args], {
      env: { ...env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
      signal,
      killSignal: "SIGKILL",
    });
    const [out, status] = await Promise.all([new Response(child.stdout).text(), child.exited]);
    return status === 0 ? out : null;
  }
  const { spawn } = await programs();
  return await new Promise((resolve) => {
    const child = spawn(program, args, { env: { ...env }, stdio: ["ignore", "pipe", "ignore"] });
    let out = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      out += chunk.toString("utf8");
      if (out.length > MAX_BYTES) child.kill("SIGKILL");
    });
    signal.addEventListener("abort", () => child.kill("SIGKILL"));
    child.on("error", () => resolve(null));
    child.on("close", (status) => resolve(status === 0 ? out : null));
  });
}
