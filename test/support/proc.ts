import { type Facts, known, type Process, type Reading, unknown } from "../../src/facts/facts.ts";
import type { ShortHost } from "../../src/identity/short-way.ts";
import { sha256 } from "./machine.ts";

/** A machine as the kernel would show it: the files of /proc that tell what is known of it. */
export function procHost(facts: Facts): ShortHost {
  return {
    readText(path) {
      if (path === "/proc/sys/kernel/random/boot_id") return then(facts.boot, (boot) => `${boot}\n`);
      const [, who = "", file] = /^\/proc\/(self|\d+)\/(stat|environ|cmdline)$/.exec(path) ?? [];
      const pid = who === "self" ? facts.self : Number(who);
      if (file === "stat") return then(facts.process(pid), stat);
      if (file === "cmdline") {
        return then(facts.arguments(pid), (words) => words.map((it) => `${it}\0`).join(""));
      }
      if (file !== "environ") return unknown("ENOENT");
      const variables = who === "self" ? known(facts.variables) : facts.environment(pid);
      return then(
        variables,
        (its) => Object.entries(its).map(([name, value]) => `${name}=${value}\0`).join(""),
      );
    },
    readLink(path) {
      if (path === "/proc/self/ns/pid") return facts.pidNamespace;
      return path === "/proc/self/ns/time" ? known("time:[4026531834]") : unknown("ENOENT");
    },
    sha256,
    pid: facts.self,
  };
}

const then = <A, B>(reading: Reading<A>, make: (value: A) => B): Reading<B> =>
  reading.ok ? known(make(reading.value)) : reading;

/** A line as proc_pid_stat(5) describes it; what nobody reads is 0. */
function stat({ pid, ppid, name, sid, tty, start }: Process): string {
  const behind = ["S", ppid, pid, sid, tty === null ? 0 : number(tty)];
  return `${pid} (${name}) ${[...behind, ...Array<number>(14).fill(0), start, 0, 0].join(" ")}\n`;
}

function number(tty: string): number {
  const [, kind, at = ""] = /^\/dev\/(pts\/|tty)(\d+)$/.exec(tty) ?? [];
  if (kind === undefined) throw new Error(`No number for ${tty}`);
  const minor = Number(at);
  return kind === "tty" ? 4 << 8 | minor : 136 + (minor >> 8) << 8 | minor & 0xff;
}
