import type { Facts, Process, Reading } from "../facts/facts.ts";

/*
 * `BERTH_SESSION_BIND` names the anchor that a shell's hook was loaded in, and the ID found there. It is inherited by
 * everything that is started from there, so it proves nothing by itself: it counts where the process table agrees.
 */

const VERSION = "2";

/** The place that a shell's hook was loaded in, as `BERTH_SESSION_BIND` hands it on. */
export interface Binding {
  /** The process that stood for the place. */
  readonly anchor: Process;
  /** Device number of the file system that its terminal lies on; empty where that is not known. */
  readonly within: string;
  /** The boot ID, empty where it could not be read. */
  readonly boot: string;
  /** As `/proc/self/ns/pid` leads to it, empty where there is none: `pid:[4026531836]`. */
  readonly pidNamespace: string;
  /** The ID that was found then; undefined in a binding of version 1, which held its namespace alone. */
  readonly id: string | undefined;
}

/** What is found now, as a binding. */
export function bindingOf(facts: Facts, anchor: Process, id: string): Binding {
  const terminal = anchor.tty === null ? undefined : facts.terminal(anchor.tty);
  const within = terminal?.ok && terminal.value.tty === anchor.tty ? terminal.value.within : "";
  return { anchor, within, boot: part(facts.boot), pidNamespace: part(facts.pidNamespace), id };
}

/** Spell a binding: version, pid, start, session, terminal, its devpts, boot, PID namespace, the ID. */
export function formatBinding({ anchor, within, boot, pidNamespace, id }: Binding): string {
  const { pid, start, sid, tty } = anchor;
  return [VERSION, pid, start, sid, tty ?? "", within, boot, pidNamespace, id ?? ""].join(",");
}

const NUMBERS = "([1-9]\\d{0,9}),(0|[1-9]\\d{0,19}),(0|[1-9]\\d{0,9})";
const TERMINAL = "([!-+\\--~]{0,200})";
const MACHINE = "([!-+\\--~]{1,100}),([!-+\\--~]{0,100})";
const FOUND = "((?:tmux|screen|zellij|ssh|terminal|anchor)--[0-9a-f]{64})";
const spelling = () =>
  new RegExp(`^2,${NUMBERS},${TERMINAL},((?:\\d{1,10}:\\d{1,10})?),${MACHINE},${FOUND}$`);
/** The first version's, which a shell may still have exported that was started before berth was replaced. */
const firstSpelling = () => new RegExp(`^1,${NUMBERS},${TERMINAL}()?,${MACHINE},([A-Za-z0-9._-]{1,60})$`);

/** Read a binding. @returns undefined for anything but a binding of a version that is known */
export function parseBinding(text: string): Binding | undefined {
  const first = text.startsWith("1,");
  const fields = (first ? firstSpelling() : spelling()).exec(text);
  if (fields === null) return undefined;
  const [, pid, start = "", sid, tty, within = "", boot = "", pidNamespace = "", id] = fields;
  const anchor = { pid: Number(pid), ppid: 0, name: "", sid: Number(sid), tty: tty || null, start };
  return { anchor, within, boot, pidNamespace, id: first ? undefined : id };
}

const part = (reading: Reading<string>): string => reading.ok ? reading.value : "";
