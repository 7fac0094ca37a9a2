import { createHash } from "node:crypto";
import type { Facts, Process, Reading, TerminalDevice, TmuxPane, Variables } from "../../src/facts/facts.ts";
import { known, unknown } from "../../src/facts/facts.ts";
import { playback, type Recording } from "../../src/facts/recording.ts";
import { deps } from "../../src/identity/dependencies.ts";
import { resolve } from "../../src/identity/resolve.ts";
import type { Request, Resolution } from "../../src/identity/resolution.ts";

/** What may be said of a process beside its PID, parent and name. */
export interface Traits {
  /** Its session; without one that of its parent. */
  readonly sid?: number;
  /** Its controlling terminal; without one that of its parent, as long as it is in the same session. */
  readonly tty?: string | null;
  /** Start time; without one later than everything that was added before. */
  readonly start?: number;
  readonly argv?: readonly string[];
  readonly env?: Variables;
  /** What it runs; without one its name. */
  readonly exe?: string;
  readonly user?: string;
  readonly cgroup?: string;
  /** Its environment and its arguments may not be read. */
  readonly hidden?: boolean;
}

/** A small machine to decide over, built process by process; PID 1 is there from the start. */
export class Machine {
  #clock = 0;
  readonly #processes = new Map<number, Process>();
  readonly #environments: Record<string, Reading<Variables>> = {};
  readonly #arguments: Record<string, Reading<readonly string[]>> = {};
  readonly #executables: Record<string, Reading<string>> = {};
  readonly #users: Record<string, Reading<string>> = {};
  readonly #cgroups: Record<string, Reading<string>> = {};
  readonly #terminals: Record<string, Reading<TerminalDevice>> = {};
  readonly #tmux: Record<string, Reading<TmuxPane>> = {};
  boot: Reading<string> = known("00000000-1111-2222-3333-444444444444");
  pidNamespace: Reading<string> = known("pid:[4026531836]");

  constructor(init = "systemd") {
    this.add(1, 0, init, { sid: 1, tty: null });
  }

  add(pid: number, ppid: number, name: string, traits: Traits = {}): this {
    const parent = this.#processes.get(ppid);
    const sid = traits.sid ?? parent?.sid ?? 0;
    const inherited = parent?.sid === sid ? parent.tty : null;
    const tty = traits.tty === undefined ? inherited : traits.tty;
    const start = String(traits.start ?? (this.#clock += 10));
    this.#processes.set(pid, { pid, ppid, name, sid, tty, start });
    const secret = unknown("EACCES");
    this.#environments[pid] = traits.hidden ? secret : known(traits.env ?? {});
    this.#executables[pid] = traits.hidden ? secret : known(traits.exe ?? name);
    this.#users[pid] = traits.user === undefined ? this.#users[ppid] ?? known("1000") : known(traits.user);
    this.#cgroups[pid] = traits.cgroup === undefined
      ? this.#cgroups[ppid] ?? known("0::/user.slice\n")
      : known(traits.cgroup);
    this.#arguments[pid] = traits.hidden ? secret : known(traits.argv ?? [name]);
    return this;
  }

  /** A shell that somebody types at, the leader of a terminal, below PID 1 or another process. */
  shell(pid: number, name: string, tty: string, ppid = 1, env: Variables = {}): this {
    return this.add(pid, ppid, name, { sid: pid, tty, env });
  }

  /** The process ends; its children are given to another one, PID 1 if nobody is named. */
  end(pid: number, heir = 1): this {
    this.#processes.delete(pid);
    for (const [other, process] of this.#processes) {
      if (process.ppid === pid) this.#processes.set(other, { ...process, ppid: heir });
    }
    return this;
  }

  change(pid: number, changes: Partial<Process>): this {
    const process = this.#processes.get(pid);
    if (process === undefined) throw new Error(`No process ${pid} on this machine`);
    this.#processes.set(pid, { ...process, ...changes });
    return this;
  }

  /** What a path leads to: a terminal of a devpts. */
  terminal(path: string, terminal: TerminalDevice): this {
    this.#terminals[path] = known(terminal);
    return this;
  }

  tmux(target: string, socket: string, pane: TmuxPane): this {
    this.#tmux[`${target} ${socket}`] = known(pane);
    return this;
  }

  /** The machine as one of its processes sees it. */
  facts(self: number, variables: Variables = {}): Facts {
    const recording: Recording = {
      recording: 1,
      system: "linux",
      self,
      variables,
      boot: this.boot,
      pidNamespace: this.pidNamespace,
      streams: known(["pipe:[1]", "pipe:[2]", "pipe:[3]"]),
      processes: Object.fromEntries([...this.#processes].map(([pid, process]) => [pid, known(process)])),
      environments: this.#environments,
      arguments: this.#arguments,
      executables: this.#executables,
      supervised: {},
      users: this.#users,
      cgroups: this.#cgroups,
      terminals: this.#terminals,
      tmux: this.#tmux,
    };
    return playback(recording);
  }

  /** Add berth as a child of a process and decide where it is. */
  ask(
    parent: number,
    variables: Variables = {},
    traits: Traits & { name?: string; pid?: number } = {},
  ): Resolution {
    const self = traits.pid ?? 900_000 + this.#processes.size;
    this.add(self, parent, traits.name ?? "berth", { argv: ["berth", "id"], env: variables, ...traits });
    const answer = decide(this.facts(self, variables));
    this.#processes.delete(self);
    return answer;
  }
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The decision with a UUID that shows. */
export const decide = (facts: Facts, request: Partial<Request> = {}): Resolution =>
  resolve(facts, { scope: "session", ...request }, { ...deps({ sha256 }), randomUuid: () => RANDOM });

/** A resolution with what it answers when it is asked. */
export const whole = (answer: Resolution) => ({ ...answer, binding: answer.binding(), seen: answer.seen() });

export const RANDOM = "99999999-9999-4999-8999-999999999999";
