import type { Facts, Process } from "../facts/facts.ts";
import { lineage } from "../identity/lineage.ts";
import { isShell, programName } from "../identity/programs.ts";
import type { AgentProcess } from "./known.ts";

/** The process of an agent that called us: its own, else the nearest that is no shell. Null where none can be seen. */
export function callerOf(facts: Facts, programs: readonly string[]): Process | null {
  const above = lineage(facts, facts.self).filter(({ pid }) => pid !== facts.self);
  return above.find((process) => isProgram(facts, process, programs)) ??
    above.find(({ name }) => !isShell(name)) ?? null;
}

/** Told by its name, or where an interpreter runs it by its script: `node …/@google/gemini-cli/bundle/gemini.js`. */
export function isProgram(facts: Facts, process: Process, programs: readonly string[]): boolean {
  if (programs.includes(programName(process.name))) return true;
  const argv = facts.arguments(process.pid);
  if (!argv.ok) return false;
  return argv.value.slice(0, 2).some((word) =>
    programs.some((program) =>
      word === program || word.endsWith(`/${program}`) || word.includes(`/${program}/`)
    )
  );
}

export function identityOf(
  { boot, pidNamespace }: Facts,
  process: Process | null,
  host: string | null,
): AgentProcess {
  return {
    pid: process?.pid ?? null,
    start: process?.start ?? null,
    boot: boot.ok ? boot.value : null,
    host,
    pidNamespace: pidNamespace.ok ? pidNamespace.value : null,
  };
}
