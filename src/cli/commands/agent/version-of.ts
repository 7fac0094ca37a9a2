import type { Agent } from "../../../agents/agent.ts";
import type { Host } from "../../../facts/host.ts";

const LIMITS = { timeoutMs: 5000, maxBytes: 64 * 1024 };

/** The agent's version as it says it itself; null where it is not on the PATH, or says nothing like one. */
export function versionOf(host: Host, { programs }: Agent): string | null {
  const answer = host.start([programs[0] ?? "", "--version"], LIMITS)();
  return answer.ok ? /\d+\.\d+(?:[.+-]?\w+)*/.exec(answer.value)?.[0] ?? null : null;
}
