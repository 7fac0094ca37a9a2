import type {
  Console,
  Facts,
  Process,
  Reading,
  RunMark,
  Streams,
  System,
  TerminalDevice,
  TmuxPane,
  Variables,
  WindowsFacts,
} from "./facts.ts";
import { unknown } from "./facts.ts";

/** A machine as it was seen: every question that was asked of it, with its answer. Plain JSON. */
export interface Recording {
  readonly recording: 1;
  readonly system: System;
  readonly self: number;
  readonly variables: Variables;
  readonly boot: Reading<string>;
  readonly pidNamespace: Reading<string>;
  readonly streams: Reading<Streams>;
  /** By PID. */
  readonly processes: Readonly<Record<string, Reading<Process>>>;
  readonly environments: Readonly<Record<string, Reading<Variables>>>;
  readonly arguments: Readonly<Record<string, Reading<readonly string[]>>>;
  /** By PID, like the three below; what an older recording lacks was not asked for. */
  readonly executables?: Readonly<Record<string, Reading<string>>>;
  readonly supervised?: Readonly<Record<string, Reading<RunMark>>>;
  readonly users?: Readonly<Record<string, Reading<string>>>;
  readonly cgroups?: Readonly<Record<string, Reading<string>>>;
  /** By path. */
  readonly terminals?: Readonly<Record<string, Reading<TerminalDevice>>>;
  /** By `target socket`. */
  readonly tmux: Readonly<Record<string, Reading<TmuxPane>>>;
  readonly windows?: WindowsRecording;
}

/** What only Windows has; other consoles by PID. */
export interface WindowsRecording extends Pick<WindowsFacts, "console" | "leaving" | "pty"> {
  readonly consoles: Readonly<Record<string, Reading<Console>>>;
}

/**
 * Facts that note what is asked of them, and the recording of it so far.
 *
 * @param redact leaves out of a process's arguments what the decision does not need
 */
export function recorder(
  live: Facts,
  redact: (name: string, argv: readonly string[]) => readonly string[] = optionsOf,
): {
  facts: Facts;
  recording: () => Recording;
} {
  const processes: Record<string, Reading<Process>> = {};
  const environments: Record<string, Reading<Variables>> = {};
  const argumentLists: Record<string, Reading<readonly string[]>> = {};
  const executables: Record<string, Reading<string>> = {};
  const supervised: Record<string, Reading<RunMark>> = {};
  const users: Record<string, Reading<string>> = {};
  const cgroups: Record<string, Reading<string>> = {};
  const terminals: Record<string, Reading<TerminalDevice>> = {};
  const tmux: Record<string, Reading<TmuxPane>> = {};
  const windows = live.windows && recordWindows(live.windows);
  const note = <T>(book: Record<string, T>, key: string | number, answer: T): T => book[key] = answer;
  const facts: Facts = {
    system: live.system,
    get self() {
      return live.self;
    },
    get variables() {
      return live.variables;
    },
    get boot() {
      return live.boot;
    },
    get pidNamespace() {
      return live.pidNamespace;
    },
    get streams() {
      return live.streams;
    },
    process: (pid) => note(processes, pid, live.process(pid)),
    environment(pid) {
      const answer = live.environment(pid);
      environments[pid] = answer.ok ? { ok: true, value: withoutPaths(answer.value) } : answer;
      return answer;
    },
    arguments: (pid) => note(argumentLists, pid, live.arguments(pid)),
    executable: (pid) => note(executables, pid, live.executable(pid)),
    supervised: (pid) => note(supervised, pid, live.supervised(pid)),
    user: (pid) => note(users, pid, live.user(pid)),
    cgroup: (pid) => note(cgroups, pid, live.cgroup(pid)),
    terminal: (path) => note(terminals, path, live.terminal(path)),
    tmux: (query) => note(tmux, `${query.target} ${query.socket}`, live.tmux(query)),
    ...windows === undefined ? {} : { windows: windows.facts },
  };
  const recording = (): Recording => {
    const { system, self, boot, pidNamespace } = live;
    const shapes = Object.fromEntries(
      Object.entries(argumentLists).map(([pid, list]) => {
        const process = processes[pid];
        const name = process?.ok ? process.value.name : "";
        return [pid, list.ok ? { ok: true as const, value: redact(name, list.value) } : list];
      }),
    );
    const asked = {
      processes,
      environments,
      arguments: shapes,
      executables,
      supervised,
      users,
      cgroups,
      terminals,
      tmux,
    };
    return {
      recording: 1,
      system,
      self,
      variables: withoutPaths(live.variables),
      boot,
      pidNamespace,
      streams: streamKinds(live),
      ...asked,
      ...windows === undefined ? {} : { windows: windows.recording() },
    };
  };
  return { facts, recording };
}

function recordWindows(live: WindowsFacts): { facts: WindowsFacts; recording: () => WindowsRecording } {
  const consoles: Record<string, Reading<Console>> = {};
  const facts: WindowsFacts = {
    get console() {
      return live.console;
    },
    get leaving() {
      return live.leaving;
    },
    get pty() {
      return live.pty;
    },
    consoleOf: (pid) => consoles[pid] = live.consoleOf(pid),
  };
  const recording = () => ({ console: live.console, leaving: live.leaving, pty: live.pty, consoles });
  return { facts, recording };
}

/** Where state is kept does not count for the decision. */
const withoutPaths = (variables: Variables): Variables =>
  variables.BERTH_HOME === undefined ? variables : { ...variables, BERTH_HOME: "…" };

/** Arguments hold passwords and names; the decision needs their shape, which is the options and that there is more. */
const optionsOf = (_name: string, [program = "", ...rest]: readonly string[]): readonly string[] => [
  program,
  ...rest.map((word) => /^[-+][A-Za-z-]{0,20}$/.test(word) ? word : "…"),
];

/** Files that a stream was redirected to have telling names; devices and pipes have not. */
function streamKinds({ streams }: Facts): Reading<Streams> {
  if (!streams.ok) return streams;
  const kind = (name: string) => name.startsWith("/") && !name.startsWith("/dev/") ? "file" : name;
  const [stdin, stdout, stderr] = streams.value;
  return { ok: true, value: [kind(stdin), kind(stdout), kind(stderr)] };
}

const NOT_RECORDED = unknown("not in the recording");

/** The machine of a recording, for decisions without the machine. */
export function playback(recording: Recording): Facts {
  const { system, self, variables, boot, pidNamespace, streams } = recording;
  return {
    system,
    self,
    variables,
    boot,
    pidNamespace,
    streams,
    process: (pid) => recording.processes[pid] ?? NOT_RECORDED,
    environment: (pid) => recording.environments[pid] ?? NOT_RECORDED,
    arguments: (pid) => recording.arguments[pid] ?? NOT_RECORDED,
    executable: (pid) => recording.executables?.[pid] ?? NOT_RECORDED,
    supervised: (pid) => recording.supervised?.[pid] ?? NOT_RECORDED,
    user: (pid) => recording.users?.[pid] ?? NOT_RECORDED,
    cgroup: (pid) => recording.cgroups?.[pid] ?? NOT_RECORDED,
    terminal: (path) => recording.terminals?.[path] ?? NOT_RECORDED,
    tmux: ({ socket, target }) => recording.tmux[`${target} ${socket}`] ?? NOT_RECORDED,
    ...recording.windows === undefined ? {} : { windows: playWindows(recording.windows) },
  };
}

const playWindows = ({ console, leaving, pty, consoles }: WindowsRecording): WindowsFacts => ({
  console,
  leaving,
  pty,
  consoleOf: (pid) => consoles[pid] ?? NOT_RECORDED,
});
