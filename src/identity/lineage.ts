import type { Facts, Process } from "../facts/facts.ts";

/** More ancestors than any real chain has; a forged or looping table ends here. */
const MAX_STEPS = 100;

/** A process and its ancestors, outward. Never empty when the first could be read. */
export type Lineage = readonly Process[];

/**
 * The chain from a process outward, ended by PID 1, by what cannot be read, or by a parent younger than its child:
 * the real parent is gone and its PID was given to somebody else.
 */
export function lineage(facts: Facts, pid: number): Lineage {
  const chain: Process[] = [];
  let child: Process | undefined;
  for (let next = pid; next > 0 && chain.length < MAX_STEPS; next = child.ppid) {
    // A forged table may lead back to where it began.
    if (next === pid && child !== undefined) break;
    const read = facts.process(next);
    if (!read.ok || (child !== undefined && isYounger(read.value, child))) break;
    child = read.value;
    chain.push(child);
  }
  return chain;
}

/** Compare two start times, decimal numbers of any length without leading zeros. */
export function isYounger(one: Pick<Process, "start">, other: Pick<Process, "start">): boolean {
  if (one.start.length !== other.start.length) return one.start.length > other.start.length;
  return one.start > other.start;
}

/** Whether two readings are of the same process: a PID alone is handed out again. */
export const isSame = (one: Process, other: Process): boolean =>
  one.pid === other.pid && one.start === other.start;
