import { existsSync, mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../scripts/build.ts";
import { ownTarget } from "../../scripts/targets.ts";

export { until } from "./until.ts";

/** The checkout. */
export const root = join(import.meta.dir, "..", "..");

/** The binary that ships: `scripts/test.ts` builds it once and names it; a test run by hand builds it itself. */
export const berth = binary();

function binary(): string {
  const built = process.env["BERTH_TEST_BINARY"];
  if (built !== undefined && existsSync(built)) return built;
  return join(root, build(ownTarget(), "dist/berth"));
}

/** What a program printed and how it ended. */
export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Milliseconds, after which the program is killed and the test fails. */
  readonly limit?: number;
}

/** An environment with nothing of the machine's in it but PATH, and a HOME of its own. */
export function cleanEnv(home: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const path = process.env["PATH"] ?? "/usr/bin:/bin";
  return { PATH: path, HOME: home, LANG: "C.UTF-8", TERM: "xterm-256color", ...more };
}

/** A directory of the test file's own. `scripts/test.ts` removes it when the file is done. */
export function scratch(name = "berth-test-"): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), name)));
  return directory;
}

/** Make a directory below another and return its path. */
export function directory(...parts: string[]): string {
  const path = join(...parts);
  mkdirSync(path, { recursive: true });
  return path;
}

/** Run a program to its end, without a terminal, in a clean environment. @throws Error when it takes too long */
export async function run(command: readonly string[], options: Options = {}): Promise<Result> {
  const child = Bun.spawn([...command], {
    cwd: options.cwd ?? tmpdir(),
    env: { ...cleanEnv(tmpdir()), ...options.env },
    stdin: options.stdin === undefined ? "ignore" : new Blob([options.stdin]),
    stdout: "pipe",
    stderr: "pipe",
    timeout: options.limit ?? 30_000,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (child.signalCode === "SIGKILL") {
    throw new Error(`${command.join(" ")} took too long:\n${stdout}\n${stderr}`);
  }
  return { stdout, stderr, status };
}
