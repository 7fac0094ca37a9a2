import type { Facts, Process } from "../facts/facts.ts";
import { parseBinding } from "./binding.ts";
import type { Lineage } from "./lineage.ts";
import { isLogin, isShell, nameThat } from "./programs.ts";
import { isInteractiveShell } from "./shell.ts";

/* Whether a terminal is one that a person types in, by the shells in it. */

/** Whether a leader is a shell that somebody types at, or login(1), which starts one. */
export function isTypedAt(facts: Facts, anchor: Process): boolean {
  if (anchor.pid === facts.self) return false;
  if (isLogin(anchor.name)) return true;
  const name = nameThat(facts, anchor, isShell);
  return name !== undefined && isInteractiveShell(name, facts.arguments(anchor.pid));
}

/**
 * Whether a shell is one that another made of itself for a command, in a pseudoterminal of its own, as zsh's `zpty`
 * does: it has the very arguments of its parent, which is on a terminal and did not start it but split in two.
 */
export function isForked(facts: Facts, anchor: Process, parent: Process): boolean {
  if (parent.tty === null || parent.name !== anchor.name) return false;
  const own = facts.arguments(anchor.pid);
  const others = facts.arguments(parent.pid);
  return own.ok && others.ok && own.value.join("\0") === others.value.join("\0");
}

/** Whether a shell stood for itself here, as its hook noted, and has let another program take its place (`exec sudo -i`). */
export function wasTypedAt(facts: Facts, { pid, start, tty }: Process): boolean {
  const variables = facts.environment(pid);
  const binding = variables.ok ? parseBinding(variables.value.BERTH_SESSION_BIND ?? "") : undefined;
  const noted = binding?.anchor;
  return noted !== undefined && noted.pid === pid && noted.start === start && noted.tty === tty;
}

/** Whether somebody types at a shell between us and a terminal's leader: a session for a person, whatever leads it. */
export function isTypedIn(facts: Facts, chain: Lineage, leader: Process): boolean {
  for (let at = 0; at < chain.length; at++) {
    const process = chain[at] as Process;
    if (process.pid === leader.pid) return false;
    const shell = process.tty !== null && process.pid !== facts.self && isShell(process.name);
    if (shell && isTypedAt(facts, process) && terminalOn(facts, process) === process.tty) return true;
  }
  return false;
}

/**
 * The terminal that a shell is typed at on: its standard input, or where it keeps that while its own is redirected
 * (`{ …; } < file`: bash at 255, others at 10). What a pipe feeds (`curl … | sh`) has the terminal at neither.
 */
export function terminalOn(facts: Facts, { pid }: Process): string | undefined {
  for (const descriptor of [0, 10, 255]) {
    const terminal = facts.terminal(`/proc/${pid}/fd/${descriptor}`);
    if (terminal.ok) return terminal.value.tty;
  }
  return undefined;
}
