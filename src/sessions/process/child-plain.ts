import { constants } from "node:os";
import process from "node:process";
import type { Child, Ended, Start } from "./child.ts";
import { NotStarted, obstacleOf } from "./not-started.ts";
import { programs } from "../git/programs.ts";

const names = Object.entries(constants.signals);
const nameOf = (number: number) => names.find(([, value]) => value === number)?.[0] as NodeJS.Signals;

const NO_FILE = "No such file or directory";

/** Neither system nor runtime says. */
export const isIgnored = (): boolean => false;

/**
 * Start a command in our own process group: what there is on Windows, and under Deno, which has no process groups.
 * The terminal's own signals reach it by themselves.
 */
export async function startChild({ command: [program = "", ...args], cwd, env }: Start): Promise<Child> {
  const { spawn } = await programs();
  // node:child_process takes that for a mistake of ours.
  if (program === "") throw new NotStarted(NO_FILE, "missing");
  const child = spawn(program, args, { cwd, env: { ...env }, stdio: "inherit" });
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  const ignore = () => {};
  const forwarded = process.platform === "win32" ? [] : ["SIGTERM", "SIGHUP"] as const;
  for (const signal of forwarded) process.on(signal, forward);
  process.on("SIGINT", ignore);
  const ended = new Promise<Ended>((resolve) => {
    child.on("exit", (code, signal) => {
      for (const one of forwarded) process.off(one, forward);
      process.off("SIGINT", ignore);
      resolve(code === null ? { signal: constants.signals[signal ?? "SIGKILL"] } : { code });
    });
  });
  return await new Promise((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      const why = { ENOENT: NO_FILE, EACCES: "Permission denied" }[error.code ?? ""] ?? error.message;
      reject(new NotStarted(why, obstacleOf(error.code)));
    });
    child.on("spawn", () => {
      resolve({ pid: child.pid ?? 0, ended, signal: (number) => void child.kill(nameOf(number)) });
    });
  });
}
