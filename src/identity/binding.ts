import type { Facts, Process } from "../facts/facts.ts";
import { isSame } from "./lineage.ts";
import { part, type Place } from "./place.ts";

/*
 * `BERTH_SESSION_BIND` names the anchor that a shell's hook was loaded in. It is inherited by everything that is
 * started from there, so it proves nothing by itself: it counts where the process table agrees.
 */

const VERSION = "1";

export interface Binding {
  readonly anchor: Process;
  readonly boot: string;
  readonly pidNamespace: string;
  /** The namespace of the ID that was found then. */
  readonly idNamespace: string;
}

/** Spell a binding: version, pid, start, session, terminal, boot, PID namespace, the ID's namespace. */
export function formatBinding(facts: Facts, anchor: Process, idNamespace: string): string {
  const { pid, start, sid, tty } = anchor;
  return [VERSION, pid, start, sid, tty ?? "", part(facts.boot), part(facts.pidNamespace), idNamespace].join(
    ",",
  );
}

const spelling = () =>
  /^1,([1-9]\d{0,9}),(0|[1-9]\d{0,19}),(0|[1-9]\d{0,9}),([!-+\--~]{0,200}),([!-+\--~]{1,100}),([!-+\--~]{0,100}),([A-Za-z0-9._-]{1,60})$/;

/** Read a binding. @returns undefined for anything but a binding of this version */
export function parseBinding(text: string): Binding | undefined {
  const [, pid, start, sid, tty, boot, pidNamespace = "", idNamespace = ""] = spelling().exec(text) ?? [];
  if (pid === undefined || start === undefined || boot === undefined) return undefined;
  const anchor = { pid: Number(pid), ppid: 0, name: "", sid: Number(sid), tty: tty || null, start };
  return { anchor, boot, pidNamespace, idNamespace };
}

/** Whether the walk of today arrives at the very anchor that the binding names. */
export function isHere(place: Place, binding: Binding): boolean {
  const { anchor } = place;
  return anchor !== undefined && isOurMachine(place, binding) && isSame(anchor, binding.anchor) &&
    anchor.sid === binding.anchor.sid && anchor.tty === binding.anchor.tty;
}

/**
 * Whether we are what is left of the session that the binding names: its leader is gone or has lost the terminal,
 * and we are still in its session. The number of a session is not handed out again while it has members (alloc_pid
 * of the kernel), so another process of that PID means another session. The terminal is the same or, as the kernel
 * takes it from a session whose leader ends, none.
 */
export function isLeftBehind(place: Place, binding: Binding): boolean {
  const us = place.chain[0];
  if (us === undefined || !isOurMachine(place, binding) || binding.anchor.tty === null) return false;
  const there = place.facts.process(binding.anchor.pid);
  const gone = !there.ok || (isSame(there.value, binding.anchor) && there.value.tty === null);
  return gone && us.sid === binding.anchor.sid && us.sid !== 0 &&
    (us.tty ?? binding.anchor.tty) === binding.anchor.tty;
}

/** Whether a binding was made on this machine, since it was started. */
export const isOurMachine = ({ facts }: Place, { boot, pidNamespace }: Binding): boolean =>
  part(facts.boot) === boot && part(facts.pidNamespace) === pidNamespace;
