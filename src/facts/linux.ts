import {
  type Facts,
  known,
  type Process,
  type Reading,
  type Streams,
  type TerminalDevice,
  type TmuxPane,
  unknown,
  type Variables,
} from "./facts.ts";
import type { Host } from "./host.ts";
import { linuxMachineId } from "./machine-id.ts";
import { MARK_DESCRIPTOR, parseMark } from "./run-mark.ts";
import { device, parseStartOffset, parseStat, ttyPath } from "./stat.ts";
import { askTmux, tmuxQuery } from "./tmux.ts";
import { NO_VARIABLES, pickVariables } from "./variables.ts";

/** Limits of what is read of another process: the kernel caps neither its environment nor its arguments. */
export const ENVIRONMENT_BYTES = 1 << 20;
const ARGUMENT_BYTES = 1 << 16;
const CGROUP_BYTES = 1 << 14;
/** As many steps as the walk to a terminal takes at most. */
const MAX_ANCESTORS = 100;

/**
 * Read the machine that we run on. Everything is read on first use, once.
 *
 * @param fresh whether we were started for this one question: our environment, which nobody has changed then, is
 *   taken from where those of others are (the runtime's own takes longer to be made), and the tmux that it names is
 *   asked at once, so that its answer is under way while the processes are read
 */
export function linuxFacts(host: Host, fresh = false): Facts {
  let self: number | undefined;
  const own = fresh ? environment("self", host) : undefined;
  let variables = own?.ok ? own.value : undefined;
  let boot: Reading<string> | undefined;
  let pidNamespace: Reading<string> | undefined;
  let streams: Reading<Streams> | undefined;
  let startedLater: number | undefined;
  const processes: Answers<number, Process> = [];
  const environments: Answers<number, Variables> = [];
  const argumentLists: Answers<number, readonly string[]> = [];
  const executables: Answers<number, string> = [];
  const panes: Answers<string, TmuxPane> = [];
  const asked = variables?.TMUX === undefined ? undefined : askAhead(host, variables);
  const read = (who: number | "self") => readStat(host, who, startedLater ??= startOffset(host));

  return {
    system: "linux",
    get self() {
      if (self === undefined) {
        // Not getpid: below `unshare --pid` without a /proc of its own, the table counts in the outer namespace.
        const stat = read("self");
        self = stat.ok ? stat.value.pid : 0;
        processes.push({ question: self, answer: stat });
      }
      return self;
    },
    get variables() {
      return variables ??= pickVariables((name) => host.variables[name]);
    },
    get boot() {
      if (boot !== undefined) return boot;
      const text = host.readText("/proc/sys/kernel/random/boot_id", 64);
      if (!text.ok) return boot = text;
      const value = text.value.trim();
      return boot = value === "" ? unknown("empty") : { ok: true, value };
    },
    get machineId() {
      return linuxMachineId(host);
    },
    get pidNamespace() {
      return pidNamespace ??= host.pid === this.self
        ? host.readLink("/proc/self/ns/pid")
        : outerNamespace(host, this.self);
    },
    get streams() {
      return streams ??= readStreams(host);
    },
    process: (pid) => once(processes, pid, read, host),
    environment: (pid) => once(environments, pid, environment, host),
    arguments: (pid) => once(argumentLists, pid, argumentsOf, host),
    executable: (pid) => once(executables, pid, executableOf, host),
    supervised(pid) {
      const link = host.readLink(`/proc/${pid}/fd/${MARK_DESCRIPTOR}`);
      return link.ok ? parseMark(link.value) : link;
    },
    user: (pid) => effectiveUser(pid, host),
    cgroup: (pid) => host.readText(`/proc/${pid}/cgroup`, CGROUP_BYTES),
    terminal: (path) => terminalAt(path, host),
    tmux: (query) => {
      const key = `${query.target} ${query.socket}`;
      return once(panes, key, key === asked?.key ? asked.answer : askTmux(host, query), host);
    },
  };
}

/** What was asked before. A list: there are a dozen of them, and a map takes longer to come into being. */
type Answers<K, V> = { readonly question: K; readonly answer: Reading<V> }[];

/** The question that our own environment leads to, asked. */
function askAhead(
  host: Host,
  { TMUX, TMUX_PANE, BERTH_SESSION }: Variables,
): { key: string; answer: () => Reading<TmuxPane> } | undefined {
  const query = TMUX !== undefined && BERTH_SESSION === undefined ? tmuxQuery(TMUX, TMUX_PANE) : null;
  if (query === null) return undefined;
  return { key: `${query.target} ${query.socket}`, answer: askTmux(host, query) };
}

function once<K, V>(
  answers: Answers<K, V>,
  question: K,
  ask: (question: K, host: Host) => Reading<V>,
  host: Host,
): Reading<V> {
  for (let at = 0; at < answers.length; at++) {
    const known = answers[at];
    if (known?.question === question) return known.answer;
  }
  const answer = ask(question, host);
  answers.push({ question, answer });
  return answer;
}

function readStat(host: Host, who: number | "self", offset: number): Reading<Process> {
  const text = host.readText(`/proc/${who}/stat`, 4096);
  if (!text.ok) return text;
  const stat = parseStat(text.value);
  if (!stat.ok) return stat;
  const { pid, ppid, name, sid, ttyNr, start } = stat.value;
  const tty = ttyNr === 0 ? null : ttyPath(ttyNr) ?? otherTty(host, ttyNr);
  const process = { pid, ppid, name, sid, tty, start: offset === 0 ? start : String(Number(start) - offset) };
  // Not by `known`, here and wherever a process is read: see `parseStat`.
  return { ok: true, value: stat.value.zombie === true ? { ...process, zombie: true } : process };
}

/** A terminal of a driver that has no fixed numbers (`ttyUSB0`, `hvc0`): sysfs knows its name. */
function otherTty(host: Host, ttyNr: number): string {
  const { major, minor } = device(ttyNr);
  const uevent = host.readText(`/sys/dev/char/${major}:${minor}/uevent`, 4096);
  const name = uevent.ok ? /^DEVNAME=(.+)$/m.exec(uevent.value)?.[1] : undefined;
  return name === undefined ? `/dev/char/${major}:${minor}` : `/dev/${name}`;
}

/** The kernel's first one, which has none (PROC_TIME_INIT_INO of include/linux/proc_ns.h). */
export const FIRST_TIME_NAMESPACE = "time:[4026531834]";

/** Clock ticks that a time namespace adds to every start time; 0 where there are none. */
function startOffset(host: Host): number {
  const namespace = host.readLink("/proc/self/ns/time");
  if (namespace.ok && namespace.value === FIRST_TIME_NAMESPACE) return 0;
  const text = host.readText("/proc/self/timens_offsets", 256);
  return text.ok ? parseStartOffset(text.value) : 0;
}

function environment(pid: number | "self", host: Host): Reading<Variables> {
  const text = host.readText(`/proc/${pid}/environ`, ENVIRONMENT_BYTES);
  if (!text.ok) return text;
  const block = `\0${text.value}\0`;
  // Most hold none of ours, and then it is not worth looking for each.
  if (
    !block.includes("\0BERTH_") && !block.includes("\0TMUX") && !block.includes("\0SSH_C") &&
    !block.includes("\0STY=") && !block.includes("\0ZELLIJ_") && !block.includes("\0TERM_") &&
    !block.includes("\0CODEX_T") && !block.includes("\0CLAUDE_CODE_S")
  ) return { ok: true, value: NO_VARIABLES };
  return known(pickVariables((name) => {
    // As getenv(3) does: the first of two counts.
    const at = block.indexOf(`\0${name}=`);
    const from = at + name.length + 2;
    return at < 0 ? undefined : block.slice(from, block.indexOf("\0", from));
  }));
}

export function argumentsOf(pid: number, host: Pick<Host, "readText">): Reading<readonly string[]> {
  const text = host.readText(`/proc/${pid}/cmdline`, ARGUMENT_BYTES);
  if (!text.ok) return text;
  if (text.value === "") return unknown("no arguments: a kernel thread or a zombie");
  const end = text.value.endsWith("\0") ? text.value.length - 1 : text.value.length;
  return { ok: true, value: text.value.slice(0, end).split("\0") };
}

/**
 * The PID namespace that the process table belongs to where that is not our own (`unshare --pid` without a /proc of
 * its own): that of the nearest ancestor which has one number only, as it is seen there (NSpid of
 * proc_pid_status(5)). Where nobody may be looked at it is ours.
 */
function outerNamespace(host: Host, self: number): Reading<string> {
  for (let pid = self, steps = 0; pid > 0 && steps < MAX_ANCESTORS; steps++) {
    const status = host.readText(`/proc/${pid}/status`, 4096);
    if (!status.ok) break;
    if (/^NSpid:\t\d+$/m.test(status.value)) {
      const namespace = host.readLink(`/proc/${pid}/ns/pid`);
      if (namespace.ok) return namespace;
    }
    pid = Number(/^PPid:\t(\d+)$/m.exec(status.value)?.[1] ?? 0);
  }
  return host.readLink("/proc/self/ns/pid");
}

/** The link of /proc says " (deleted)" behind a program that was replaced meanwhile. */
function executableOf(pid: number, host: Host): Reading<string> {
  const link = host.readLink(`/proc/${pid}/exe`);
  if (!link.ok) return link;
  const { value } = link;
  const end = value.endsWith(" (deleted)") ? value.length - " (deleted)".length : value.length;
  return { ok: true, value: value.slice(value.lastIndexOf("/") + 1, end) };
}

/** The second of the four numbers behind `Uid:` (proc_pid_status(5)). */
function effectiveUser(pid: number, host: Host): Reading<string> {
  const text = host.readText(`/proc/${pid}/status`, 4096);
  if (!text.ok) return text;
  const user = /^Uid:\t\d+\t(\d+)/m.exec(text.value)?.[1];
  return user === undefined ? unknown("status without a user") : known(user);
}

function terminalAt(path: string, host: Host): Reading<TerminalDevice> {
  const found = host.device(path);
  if (!found.ok) return found;
  const tty = ttyPath(found.value.device);
  if (tty === null) return unknown("no terminal");
  const { major, minor } = device(found.value.within);
  return known({ tty, within: `${major}:${minor}` });
}

function readStreams(host: Host): Reading<Streams> {
  const [stdin, stdout, stderr] = [0, 1, 2].map((fd) => {
    const target = host.readLink(`/proc/self/fd/${fd}`);
    return target.ok ? target.value : "closed";
  }) as [string, string, string];
  return known([stdin, stdout, stderr]);
}
