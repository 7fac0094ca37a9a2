import type { Facts, Reading } from "../../../facts/facts.ts";
import { sandboxOf } from "../../../identity/bound.ts";
import type { Context } from "../../command.ts";
import { type Finding, finding } from "./finding.ts";

/** What is amiss with the facts that an ID is made of. */
export function machineFindings({ facts, resolution }: Context): Finding[] {
  const findings = [...unreadable("boot_unreadable", "the boot ID", facts.boot), ...processFindings(facts)];
  const { unstable, hints } = resolution();
  findings.push(...namespaceFindings(facts, unstable));
  if (unstable !== null) {
    findings.push(
      finding(
        "no_stable_session",
        `The next command here may get another ID: ${unstable}`,
        `Type "berth explain" to see why, or set BERTH_SESSION`,
        true,
      ),
    );
  }
  for (const { name, verdict, reason } of hints) {
    if (name === "TMUX" && verdict === "passed over" && reason.startsWith("stale")) {
      findings.push(
        finding(
          "tmux_stale",
          `TMUX is set, but its ${reason.replace("stale: the ", "")}`,
          `Type "unset TMUX TMUX_PANE" where no tmux runs`,
          false,
        ),
      );
    }
  }
  return findings;
}

/** In a sandbox, nothing of the terminal is to be seen but what its shell noted. */
function namespaceFindings(facts: Facts, unstable: string | null): Finding[] {
  const sandbox = sandboxOf(facts);
  if (sandbox === undefined) return [];
  const known = unstable === null ? "; the session is known by BERTH_SESSION_BIND or BERTH_SESSION" : "";
  return [
    finding(
      "own_pid_namespace",
      `This is a PID namespace of its own, ${sandbox}: the terminal's processes cannot be seen${known}`,
      `Start it from a shell that loads the hook, set BERTH_SESSION, or let an agent use "berth mcp" outside of it`,
      false,
    ),
  ];
}

function unreadable(code: string, what: string, reading: Reading<unknown>): Finding[] {
  if (reading.ok) return [];
  return [
    finding(code, `Cannot read ${what}: ${reading.why}`, "Make it readable, or set BERTH_SESSION", true),
  ];
}

function processFindings(facts: Facts): Finding[] {
  // On macOS every process can be read; on Windows a parent that is gone or elevated is nothing out of the ordinary.
  if (facts.system !== "linux") return [];
  if (facts.self === 0) {
    return [
      finding(
        "no_process_table",
        "Cannot read the process table in /proc",
        "Mount /proc, or set BERTH_SESSION",
        true,
      ),
    ];
  }
  const self = facts.process(facts.self);
  if (!self.ok || self.value.ppid === 0) return [];
  const parent = facts.process(self.value.ppid);
  if (parent.ok) return [];
  return [
    finding(
      "parent_hidden",
      `Cannot read the parent process ${self.value.ppid}: ${parent.why}`,
      "Processes of other users are hidden (hidepid); sessions below sudo may differ from the terminal's",
      false,
    ),
  ];
}
