import type { Process } from "../facts/facts.ts";
import { foundId, type Namespace } from "./id.ts";
import type { Place } from "./place.ts";

/**
 * The ID of what a process stands for. Boot, namespace and start time make it that process and no other one that
 * gets its PID later; the terminal keeps apart what one process opens one after the other.
 *
 * @returns undefined where the boot is not known: the ID might come again after the next one
 */
export function anchorId({ facts, deps }: Place, anchor: Process, namespace: Namespace): string | undefined {
  const { boot, pidNamespace } = facts;
  if (!boot.ok) return undefined;
  // On Windows a terminal is seen by the standard streams alone, which are redirected in every other call.
  const tty = facts.system === "win32" ? "" : anchor.tty ?? "";
  const whole = anchorText(boot.value, pidNamespace.ok ? pidNamespace.value : "", tty, anchor);
  return foundId(namespace, deps.sha256(whole));
}

/** What an anchor's ID is the hash of. */
export const anchorText = (
  boot: string,
  pidNamespace: string,
  tty: string,
  { pid, start }: Pick<Process, "pid" | "start">,
): string => `${boot}:${pidNamespace}:${tty}:${pid}:${start}`;
