import type { Facts, Process } from "../facts/facts.ts";
import { isDaemon } from "./agent-servers.ts";
import { type Binding, parseBinding } from "./binding.ts";
import { isHere, isOurBoot, isOurMachine, readBinding } from "./binding-here.ts";
import { isOwnNamespace } from "./job.ts";
import { isSame } from "./lineage.ts";
import { type Answer, believe, part, type Place } from "./place.ts";
import { is, isBoundary, isDesktop, isEditor, isSandbox, isScript } from "./programs.ts";

/*
 * Where the walk cannot decide, because what it would have to see is gone or outside of a sandbox, the binding of the
 * shell that we come from does, if something that is not inherited agrees.
 */

/** The session that a binding names, where it counts. */
export function bound(place: Place): Answer | undefined {
  const binding = readBinding(place);
  const reason = binding && whyBound(place, binding);
  if (binding?.id === undefined || reason === undefined) return undefined;
  believe(place, "BERTH_SESSION_BIND", reason);
  const narrower = place.request.scope !== "session" && !binding.id.startsWith("anchor--");
  return {
    id: binding.id,
    source: "binding",
    binding,
    anchor: binding.anchor,
    ...narrower ? { unstable: `only the session is known here, and no ${place.request.scope} of it` } : {},
  };
}

/** Why a binding counts although the walk does not arrive at its anchor; undefined where it does not. */
export function whyBound(place: Place, binding: Binding): string | undefined {
  if (!isOurBoot(place, binding) || isAnothers(place, binding)) return undefined;
  if (isLeftBehind(place, binding)) {
    return `the session leader, process ${binding.anchor.pid}, is gone and we are of its session`;
  }
  return sandboxed(place, binding) ?? orphaned(place, binding);
}

/** Whether the anchor can be seen, and is of somebody else. */
function isAnothers({ facts, chain }: Place, { anchor }: Binding): boolean {
  const there = facts.process(anchor.pid);
  if (!there.ok || !isSame(there.value, anchor)) return false;
  const theirs = facts.user(anchor.pid);
  const ours = facts.user(chain[0]?.pid ?? 0);
  return theirs.ok && ours.ok && theirs.value !== ours.value;
}

/**
 * Whether we are what is left of the session that the binding names: its leader is gone or has lost the terminal,
 * and we are still in its session. The number of a session is not handed out again while it has members (alloc_pid
 * of the kernel), so another process of that PID means another session. The terminal is the same or, as the kernel
 * takes it from a session whose leader ends, none.
 */
function isLeftBehind(place: Place, binding: Binding): boolean {
  const { terminal, chain, facts } = place;
  if (terminal !== undefined && terminal.anchor.sid === terminal.anchor.pid) return false;
  const us = chain[0];
  if (us === undefined || !isOurMachine(place, binding) || binding.anchor.tty === null) return false;
  const there = facts.process(binding.anchor.pid);
  const gone = !there.ok || (isSame(there.value, binding.anchor) && there.value.tty === null);
  return gone && us.sid === binding.anchor.sid && us.sid !== 0 &&
    (us.tty ?? binding.anchor.tty) === binding.anchor.tty;
}

/** In a PID namespace that the binding was not made in, nothing above it can be seen. */
function sandboxed(place: Place, binding: Binding): string | undefined {
  const { facts, terminal, chain } = place;
  if (part(facts.pidNamespace) === binding.pidNamespace) return undefined;
  if (terminal !== undefined && !terminal.standIn) return undefined;
  if (isOnTerminalOf(place, binding)) {
    return `a standard stream is its terminal, ${binding.anchor.tty}, seen from a PID namespace of our own`;
  }
  // `setsid` below a sandbox that kept the terminal: the number alone says that it is this one.
  const none = terminal === undefined || (chain[0]?.tty === null && terminal.tty === binding.anchor.tty);
  const init = none ? sandboxInit(place) : undefined;
  return init && `process 1 is ${init.name}, a sandbox for one command without a terminal`;
}

/**
 * Whether a standard stream is the binding's terminal: by its number and by the devpts that it lies on,
 * since each counts from 0.
 */
function isOnTerminalOf({ facts, chain }: Place, { anchor, within }: Binding): boolean {
  if (anchor.tty === null || within === "") return false;
  for (let at = 0; at < chain.length; at++) {
    const process = chain[at] as Process;
    // Of ours, or of whoever above us is on that terminal too, where ours lead elsewhere.
    if (at > 0 && process.tty !== anchor.tty) continue;
    for (let stream = 0; stream < 3; stream++) {
      const terminal = facts.terminal(`/proc/${process.pid}/fd/${stream}`);
      if (terminal.ok && terminal.value.tty === anchor.tty && terminal.value.within === within) return true;
    }
  }
  return false;
}

function sandboxInit({ facts }: Place): Process | undefined {
  if (!isOwnNamespace(facts)) return undefined;
  const init = facts.process(1);
  return init.ok && is(facts, init.value, isSandbox) ? init.value : undefined;
}

/**
 * What was left running by a shell or an agent of the binding's terminal (`npm run dev &`): nobody is above it but
 * PID 1 or a systemd, and it shares user and control group with the shell, so it is no service. What serves a whole
 * machine is not the terminal's that it was once started from.
 */
function orphaned(place: Place, binding: Binding): string | undefined {
  const { facts, chain, terminal, agent } = place;
  if (terminal !== undefined || agent !== undefined || !isOurMachine(place, binding)) return undefined;
  const end = chain.findIndex(({ pid, name }) => pid === 1 || name === "systemd");
  const us = chain[0];
  if (end < 1 || us === undefined) return undefined;
  const there = facts.process(binding.anchor.pid);
  if (!there.ok || !isSame(there.value, binding.anchor)) return undefined;
  if (!agree(facts.user(us.pid), facts.user(there.value.pid))) return undefined;
  if (!agree(facts.cgroup(us.pid), facts.cgroup(there.value.pid))) return undefined;
  for (let at = 0; at < end; at++) {
    const process = chain[at] as Process;
    if (process.pid !== facts.self && servesOthers(place, process)) return undefined;
  }
  return `left running by its terminal, whose shell, process ${there.value.pid}, lives`;
}

const servesOthers = ({ facts }: Place, process: Process): boolean =>
  isDaemon(facts, process) ||
  is(facts, process, (name) => isEditor(name) || isDesktop(name)) ||
  (is(facts, process, isBoundary) && !isScript(facts, process));

function agree(one: { ok: boolean; value?: string }, other: { ok: boolean; value?: string }): boolean {
  return one.ok && other.ok && one.value === other.value;
}

/** What kind of sandbox we are in, in words; undefined outside of one, and in a container. */
export function sandboxOf(facts: Facts): string | undefined {
  if (!isOwnNamespace(facts)) return undefined;
  const init = facts.process(1);
  if (init.ok && is(facts, init.value, isSandbox)) return `a sandbox whose process 1 is ${init.value.name}`;
  const binding = parseBinding(facts.variables.BERTH_SESSION_BIND ?? "");
  const outside = binding !== undefined && binding.boot === part(facts.boot) &&
    binding.pidNamespace !== part(facts.pidNamespace);
  return outside ? "and the shell that this comes from is outside of it" : undefined;
}

/**
 * Why what the walk finds is not to be counted on: below a sandbox's PID 1, or where a binding of another namespace
 * says that there is more outside, each command has a namespace of its own.
 */
export function whyUnsure(place: Place): string | undefined {
  const { terminal, facts } = place;
  if ((terminal !== undefined && !terminal.standIn) || !isOwnNamespace(facts)) return undefined;
  const init = sandboxInit(place);
  if (init !== undefined) return `a PID namespace of its own, made by ${init.name}, hides the terminal`;
  const binding = readBinding(place);
  if (binding === undefined || isHere(place, binding) || !isOurBoot(place, binding)) return undefined;
  return binding.pidNamespace === part(facts.pidNamespace)
    ? undefined
    : "a PID namespace of its own hides the terminal";
}
