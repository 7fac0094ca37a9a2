import type { Facts, Process } from "../facts/facts.ts";
import type { Lineage } from "./lineage.ts";
import { isBoundary, isShell, isWrapper } from "./programs.ts";

/** The inode of the kernel's first PID namespace (PROC_PID_INIT_INO of include/linux/proc_ns.h). */
const FIRST_PID_NAMESPACE = "pid:[4026531836]";

/**
 * What a job without a terminal (cron, CI, a service) is known by: the outermost process below whoever starts jobs,
 * so that the whole job is one session and two jobs are two. Wrappers and ourselves are gone after one call and
 * never stand for it.
 *
 * @returns undefined where nothing outlives this command
 */
export function findJob(facts: Facts, chain: Lineage): Process | undefined {
  let job: Process | undefined;
  for (const process of chain) {
    if (process.pid === facts.self) continue;
    if (process.pid === 1 || isBoundary(process.name)) {
      return isOneJob(facts, process) ? process : job ?? ownInit(facts, process);
    }
    if (!isWrapper(process.name)) job = process;
  }
  return job ?? entered(facts, chain);
}

/** A command that was put into a container from outside (`docker exec`) has nothing above it and is directly there. */
function entered(facts: Facts, chain: Lineage): Process | undefined {
  if (chain[chain.length - 1]?.ppid !== 0) return undefined;
  const init = facts.process(1);
  return init.ok ? ownInit(facts, init.value) : undefined;
}

/** A container's PID 1 stands for what runs directly below it; the machine's own stands for nothing. */
const ownInit = (facts: Facts, init: Process): Process | undefined =>
  isOwnInit(facts, init) && init.pid !== facts.self ? init : undefined;

/** A container whose PID 1 is a shell runs that shell's script: all of it is one job. */
const isOneJob = (facts: Facts, init: Process): boolean => isOwnInit(facts, init) && isShell(init.name);

function isOwnInit({ pidNamespace }: Facts, { pid }: Process): boolean {
  return pid === 1 && pidNamespace.ok && pidNamespace.value !== "" &&
    pidNamespace.value !== FIRST_PID_NAMESPACE;
}
