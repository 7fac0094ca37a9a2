import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileBackend } from "../../src/store/file-backend.ts";
import { type OpenOptions, openStore, type Store } from "../../src/store/open.ts";
import { known, type Process, type Reading, unknown } from "../../src/facts/facts.ts";
import type { Machine } from "../../src/store/liveness.ts";

/** A directory of the test's own, and how to remove it. */
export function scratch(): { path: string; [Symbol.dispose]: () => void } {
  const path = mkdtempSync(`${tmpdir()}/berth-store-`);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export const silent = () => {};

export const filesAt = (path: string) => fileBackend(path, silent);

/** A store on the given directory. */
export const storeAt = (directory: string, options: OpenOptions = {}): Store =>
  openStore({ directory, environment: {}, command: "test", ...options });

/** A clock that stands still until it is moved. */
export function clock(start: string): { now: () => Date; set: (time: string) => void } {
  let at = start;
  return { now: () => new Date(at), set: (time) => at = time };
}

/** A machine on which exactly these processes run. */
export function machineOf(
  processes: Readonly<Record<number, string>>,
  options: Partial<Machine> = {},
): Machine {
  return {
    boot: known("this boot"),
    pidNamespace: known("pid:[1]"),
    exists: (pid) => pid in processes,
    process(pid): Reading<Process> {
      const start = processes[pid];
      return start === undefined
        ? unknown("ENOENT")
        : known({ pid, ppid: 1, name: "bash", sid: pid, tty: null, start });
    },
    ...options,
  };
}

/** What a piece of work throws. */
export async function failureOf(
  work: () => unknown,
): Promise<{ code: string; message: string; exit: number }> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error && "code" in error && "exit" in error) {
      return { code: String(error.code), message: error.message, exit: Number(error.exit) };
    }
    throw error;
  }
  throw new Error("expected a failure, and there was none");
}
