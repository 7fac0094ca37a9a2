import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Console,
  known,
  type Process,
  type Reading,
  unknown,
  type Variables,
} from "../../src/facts/facts.ts";
import { playback, type Recording } from "../../src/facts/recording.ts";
import { deps as realMeans } from "../../src/identity/dependencies.ts";
import { resolve } from "../../src/identity/resolve.ts";
import type { Resolution, Source } from "../../src/identity/resolution.ts";

/** A machine with its processes, and the commands that are run on it, as `test/foreign-machines/*.json` has them. */
export interface Machine {
  readonly about: string;
  readonly system: "win32" | "darwin";
  readonly processes: readonly MachineProcess[];
  /** Windows: each console's window, by the name that processes give in `console`. */
  readonly consoles?: Readonly<Record<string, "none" | "hidden" | "visible">>;
  readonly commands: Readonly<Record<string, Command>>;
}

interface MachineProcess extends Pick<Process, "pid" | "ppid" | "name"> {
  /** As a recording has it; else made of `age`, so that a higher one is younger. */
  readonly age: number;
  readonly sid?: number;
  readonly tty?: string;
  readonly args?: readonly string[];
  readonly console?: string;
  readonly env?: Variables;
  /** May not be opened by us. */
  readonly closed?: boolean;
}

export interface Command {
  readonly self: number;
  readonly variables?: Variables;
  /** Why our own console cannot be left, where it cannot. */
  readonly stuck?: string;
  /** The MSYS terminal that a standard stream leads to. */
  readonly pty?: string;
  readonly tmux?: Recording["tmux"];
  readonly expect: {
    readonly source: Source;
    /** PID of the anchor, null where there is none. */
    readonly anchor: number | null;
    /** Commands of one machine have the same ID exactly when they have the same word here. */
    readonly session: string;
    /** A hint's verdict, by its name. */
    readonly hints?: Readonly<Record<string, "believed" | "passed over">>;
  };
}

export function machines(): [file: string, machine: Machine][] {
  const directory = join(import.meta.dir, "..", "foreign-machines");
  return readdirSync(directory).filter((file) => file.endsWith(".json")).sort()
    .map((file) => [file, JSON.parse(readFileSync(join(directory, file), "utf8")) as Machine]);
}

const deps = realMeans({ sha256: (text) => createHash("sha256").update(text).digest("hex") });

export const decide = (machine: Machine, command: Command): Resolution =>
  resolve(playback(recordingOf(machine, command)), { scope: "session" }, deps);

export function recordingOf({ system, processes, consoles = {} }: Machine, command: Command): Recording {
  const each = <T>(
    value: (process: MachineProcess) => Reading<T> | undefined,
  ): Record<string, Reading<T>> => {
    const found: Record<string, Reading<T>> = {};
    for (const process of processes) {
      const reading = process.closed ? unknown("may not be opened") : value(process);
      if (reading !== undefined) found[process.pid] = reading;
    }
    return found;
  };
  const consoleNamed = (name: string | undefined): Reading<Console> => {
    const window = name === undefined ? undefined : consoles[name];
    if (window === undefined) return unknown("no console");
    return known({
      window: window !== "none",
      visible: window === "visible",
      pids: processes.filter((process) => process.console === name).map(({ pid }) => pid),
    });
  };
  const windows = {
    console: consoleNamed(processes.find(({ pid }) => pid === command.self)?.console),
    leaving: command.stuck === undefined ? known(null) : unknown(command.stuck),
    pty: command.pty ?? null,
    consoles: each((process) => consoleNamed(process.console)),
  };
  return {
    recording: 1,
    system,
    self: command.self,
    variables: command.variables ?? {},
    boot: known("6d8f3a52-0a52-4c1e-9a77-0c8f5f1f0f11"),
    pidNamespace: known(""),
    streams: known(["file", "file", "file"]),
    processes: each(({ pid, ppid, name, age, sid = 0, tty = null }) =>
      known({ pid, ppid, name, sid, tty, start: String(134_000_000_000_000_000n + BigInt(age)) })
    ),
    environments: each(({ env }) => env && known(env)),
    arguments: each(({ args }) => args && known(args)),
    tmux: command.tmux ?? {},
    ...system === "win32" ? { windows } : {},
  };
}
