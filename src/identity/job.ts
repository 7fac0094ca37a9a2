import type { Facts, Process } from "../facts/facts.ts";
import type { Lineage } from "./lineage.ts";
import { is, isBoundary, isDesktop, isServing, isShell, isWrapper } from "./programs.ts";

/** The inode of the kernel's first PID namespace (PROC_PID_INIT_INO of include/linux/proc_ns.h). */
const FIRST_PID_NAMESPACE = "pid:[4026531836]";

/**
 * What a job without a terminal (cron, CI, a service) is known by: the outermost process below whoever starts jobs,
 * so that the whole job is one session and two jobs are two. Wrappers are gone after one call and never stand for it;
 * nor do we, unless nothing else does: a shell may have been replaced by us (`bash -c 'a && b'`), and then we are the
 * process that the commands before us were known by.
 *
 * @returns undefined only where not even we can be read
 */
export function findJob(facts: Facts, chain: Lineage): Process | undefined {
  const end = boundaryOf(facts, chain);
  const boundary = chain[end];
  if (boundary?.pid === 1 && boundary.pid !== facts.self && isOneJob(facts, boundary)) return boundary;
  if (boundary === undefined) {
    const init = entered(facts, chain);
    if (init !== undefined) return init;
  }
  for (let at = end - 1; at >= 0; at--) {
    const process = chain[at] as Process;
    if (process.pid !== facts.self && !is(facts, process, isWrapper)) return process;
  }
  if (boundary?.pid === 1 && boundary.pid !== facts.self && isOwnInit(facts, boundary)) return boundary;
  return chain[0];
}

/** Where in the chain whoever starts jobs is; behind its end where nobody is. */
function boundaryOf(facts: Facts, chain: Lineage): number {
  for (let at = 0; at < chain.length; at++) {
    const process = chain[at] as Process;
    if (process.pid === 1 || (process.pid !== facts.self && startsJobs(facts, process))) return at;
  }
  return chain.length;
}

const startsJobs = (facts: Facts, process: Process): boolean => isServing(facts, process, isBoundary);

/** Whether a job began below a desktop: its session, or a user's own systemd, which starts what people click on. */
export function isBelowDesktop(facts: Facts, chain: Lineage): boolean {
  for (let at = boundaryOf(facts, chain); at < chain.length; at++) {
    const process = chain[at] as Process;
    // macOS starts all programs from its PID 1.
    if (process.name === "launchd") return true;
    if (process.pid !== 1 && (process.name === "systemd" || is(facts, process, isDesktop))) return true;
  }
  return false;
}

/**
 * What was put into a container from outside (`docker exec`) has nothing above it, and belongs to the container. A
 * shell among it stands for nothing: it may be replaced by its last command, which then is alone.
 */
function entered(facts: Facts, chain: Lineage): Process | undefined {
  if (chain[chain.length - 1]?.ppid !== 0) return undefined;
  const init = facts.process(1);
  return init.ok && init.value.pid !== facts.self && isOwnInit(facts, init.value) ? init.value : undefined;
}

/** A container whose PID 1 is a shell runs that shell's script: all of it is one job. */
const isOneJob = (facts: Facts, init: Process): boolean => isOwnInit(facts, init) && is(facts, init, isShell);

function isOwnInit(facts: Facts, { pid }: Process): boolean {
  return pid === 1 && isOwnNamespace(facts);
}

/** Whether we are in another PID namespace than the machine's first. */
export const isOwnNamespace = ({ pidNamespace }: Facts): boolean =>
  pidNamespace.ok && pidNamespace.value !== "" && pidNamespace.value !== FIRST_PID_NAMESPACE;
