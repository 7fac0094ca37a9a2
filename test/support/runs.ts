/** Commands that run in sessions, and what the kernel says of them. */
import { afterAll } from "bun:test";
import { readFileSync } from "node:fs";
import process from "node:process";
import { berth, until } from "./berth.ts";
import type { Project } from "./project.ts";

/** What is ended with the test file. */
export const started: Bun.Subprocess[] = [];
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
});

/** A supervisor at work, without a terminal. */
export const supervisor = (p: Project, ...args: string[]) => background(p, [berth, ...args]);

/** A program of any kind at work in the project, without a terminal. */
export function background(p: Project, command: readonly string[], env: Record<string, string> = {}) {
  const child = Bun.spawn([...command], {
    cwd: p.root,
    env: { PATH: process.env["PATH"] ?? "", ...p.env, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  started.push(child);
  return child;
}

/** The PID of the session's command, once it runs. @param n the number of the run, where it is not any */
export const isActive = (p: Project, name = "auth", n?: number) =>
  until(`${name} to run`, async () => {
    const { stdout } = await p.berth("show", name, "--json");
    const run = stdout === "" ? undefined : JSON.parse(stdout).session?.run;
    return run?.state === "ACTIVE" && (n === undefined || run.n === n) ? Number(run.pid) : undefined;
  });

/** proc_pid_stat(5) from the state on. */
function fields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** What the kernel calls a process, empty where there is none. */
export function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trimEnd();
  } catch {
    return "";
  }
}

export const stateOf = (pid: number): string => fields(pid)[0] ?? "";

export function groupOf(pid: number): number {
  try {
    return Number(fields(pid)[2]);
  } catch {
    return 0;
  }
}

/** The process group that has the terminal of a process. */
export const foreground = (pid: number): number => Number(fields(pid)[5]);

/** Whether a process is there and no zombie. */
export function lives(pid: number): boolean {
  try {
    return !/^[ZX]/.test(stateOf(pid));
  } catch {
    return false;
  }
}

export const gone = (pid: number) => until(`process ${pid} to end`, () => lives(pid) ? undefined : true);

/** The numbers of the signals that a process ignores. */
export function ignoredBy(pid: number): number[] {
  const mask = BigInt(
    `0x${/^SigIgn:\s+([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]}`,
  );
  return Array.from({ length: 64 }, (_, index) => index + 1).filter((n) =>
    ((mask >> BigInt(n - 1)) & 1n) === 1n
  );
}
