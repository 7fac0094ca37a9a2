import {
  type Facts,
  known,
  type Process,
  type Reading,
  type Streams,
  unknown,
  type Variable,
  VARIABLES,
  type Variables,
} from "./facts.ts";
import type { Host } from "./host.ts";
import { device, parseStat, ttyPath } from "./stat.ts";
import { queryTmux } from "./tmux.ts";

/** Limits of what is read of another process: the kernel caps neither its environment nor its arguments. */
const ENVIRONMENT_BYTES = 1 << 20;
const ARGUMENT_BYTES = 1 << 16;

/** Read the machine that we run on. Everything is read on first use, once. */
export function linuxFacts(host: Host): Facts {
  const once = new Map<string, unknown>();
  function memo<T>(key: string, read: () => T): T {
    if (!once.has(key)) once.set(key, read());
    return once.get(key) as T;
  }
  const offset = () => memo("timens", () => startOffset(host));
  const readProcess = (who: string) => readStat(host, who, offset);

  return {
    system: "linux",
    get self() {
      // Not getpid: below `unshare --pid` without a /proc of its own, the table counts in the outer namespace.
      const stat = memo("self", () => readProcess("self"));
      if (!stat.ok) return 0;
      return memo(`process ${stat.value.pid}`, () => stat).value.pid;
    },
    get variables() {
      return memo("variables", () => pick((name) => host.variables[name]));
    },
    get boot() {
      return memo("boot", () => nonEmpty(host.readText("/proc/sys/kernel/random/boot_id", 64)));
    },
    get pidNamespace() {
      return memo("pidns", () => host.readLink("/proc/self/ns/pid"));
    },
    get streams() {
      return memo("streams", () => streams(host));
    },
    process: (pid) => memo(`process ${pid}`, () => readProcess(String(pid))),
    environment: (pid) => memo(`environment ${pid}`, () => environment(host, pid)),
    arguments: (pid) => memo(`arguments ${pid}`, () => argumentsOf(host, pid)),
    tmux: (query) => memo(`tmux ${query.target} ${query.socket}`, () => queryTmux(host, query)),
  };
}

function readStat(host: Host, who: string, offset: () => number): Reading<Process> {
  const text = host.readText(`/proc/${who}/stat`, 4096);
  if (!text.ok) return text;
  const stat = parseStat(text.value);
  if (!stat.ok) return stat;
  const { ttyNr, start, ...rest } = stat.value;
  const ticks = offset() === 0 ? start : String(Number(start) - offset());
  return known({ ...rest, tty: ttyNr === 0 ? null : ttyPath(ttyNr) ?? otherTty(host, ttyNr), start: ticks });
}

/** A terminal of a driver that has no fixed numbers (`ttyUSB0`, `hvc0`): sysfs knows its name. */
function otherTty(host: Host, ttyNr: number): string {
  const { major, minor } = device(ttyNr);
  const uevent = host.readText(`/sys/dev/char/${major}:${minor}/uevent`, 4096);
  const name = uevent.ok ? /^DEVNAME=(.+)$/m.exec(uevent.value)?.[1] : undefined;
  return name === undefined ? `/dev/char/${major}:${minor}` : `/dev/${name}`;
}

/**
 * Clock ticks that a time namespace adds to every start time (time_namespaces(7): `boottime SECONDS NANOSECONDS`),
 * so that a process started before has the same start time on either side. 0 where there are none.
 */
function startOffset(host: Host): number {
  const text = host.readText("/proc/self/timens_offsets", 256);
  const at = text.ok ? text.value.indexOf("boottime") : -1;
  if (!text.ok || at < 0) return 0;
  const words = text.value.slice(at).trim().split(" ");
  const seconds = Number(words.find((word, index) => index > 0 && word !== ""));
  // USER_HZ is 100 on every architecture that we build for.
  return seconds * 100 + Math.floor(Number(words.at(-1)) / 10_000_000);
}

function environment(host: Host, pid: number): Reading<Variables> {
  const text = host.readText(`/proc/${pid}/environ`, ENVIRONMENT_BYTES);
  if (!text.ok) return text;
  const block = `\0${text.value}\0`;
  return known(pick((name) => {
    // As getenv(3) does: the first of two counts.
    const at = block.indexOf(`\0${name}=`);
    const from = at + name.length + 2;
    return at < 0 ? undefined : block.slice(from, block.indexOf("\0", from));
  }));
}

/** The variables that are set; an empty one counts as not set, as every one of them means nothing when empty. */
function pick(value: (name: Variable) => string | undefined): Variables {
  const picked: Partial<Record<Variable, string>> = {};
  for (const name of VARIABLES) {
    const found = value(name);
    if (found !== undefined && found !== "") picked[name] = found;
  }
  return picked;
}

function argumentsOf(host: Host, pid: number): Reading<readonly string[]> {
  const text = host.readText(`/proc/${pid}/cmdline`, ARGUMENT_BYTES);
  if (!text.ok) return text;
  return text.value === "" ? unknown("no arguments: a kernel thread or a zombie") : known(
    text.value.replace(/\0$/, "").split("\0"),
  );
}

function streams(host: Host): Reading<Streams> {
  const [stdin, stdout, stderr] = [0, 1, 2].map((fd) => {
    const target = host.readLink(`/proc/self/fd/${fd}`);
    return target.ok ? target.value : "closed";
  }) as [string, string, string];
  return known([stdin, stdout, stderr]);
}

function nonEmpty(text: Reading<string>): Reading<string> {
  if (!text.ok) return text;
  const value = text.value.trim();
  return value === "" ? unknown("empty") : known(value);
}
