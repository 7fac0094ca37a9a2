import type { AgentRow } from "../../../agents/evidence.ts";
import type { Process } from "../../../facts/facts.ts";
import { paneOf } from "../../../sessions/background/pane.ts";
import { type Machine, processAlive, type Recorded } from "../../../store/liveness.ts";
import type { SessionRecord } from "../../../store/record.ts";
import type { Context } from "../../command.ts";
import { placesIn, type WindowPlace } from "./place.ts";

const ENVIRONMENT_BYTES = 1 << 20;
const NAMES = [
  "TMUX",
  "TMUX_PANE",
  "STY",
  "WINDOW",
  "ZELLIJ_SESSION_NAME",
  "ZELLIJ_PANE_ID",
  "WEZTERM_PANE",
  "WEZTERM_UNIX_SOCKET",
  "KITTY_WINDOW_ID",
  "KITTY_LISTEN_ON",
] as const;

/** Where a session is: the process that is to be looked at, and the windows that it may be in. */
export interface JumpTarget {
  readonly process: Process | null;
  readonly places: readonly WindowPlace[];
}

/** Null where nothing of the session runs. @param agent whom to go to, where the session has agents */
export function targetOf(
  context: Context,
  machine: Machine,
  record: SessionRecord,
  agent: Pick<AgentRow, "pid"> | null,
): JumpTarget | null {
  const process = processOf(machine, record, agent?.pid ?? null);
  const pane = paneOf(record);
  const own: WindowPlace[] = pane === null || record.run?.state === "CLEANED"
    ? []
    : [{ kind: "tmux", ...pane }];
  if (process === null) return own.length === 0 ? null : { process, places: own };
  return { process, places: [...placesIn(variablesOf(context, process.pid)), ...own] };
}

/** The agent's, the run's, else the terminal's: as long as it is that very process. */
function processOf(machine: Machine, record: SessionRecord, agent: number | null): Process | null {
  const { run, anchor } = record;
  const found = agent === null ? null : readProcess(machine, agent);
  if (found !== null) return found;
  const of = (one: Recorded | undefined) =>
    one !== undefined && processAlive(machine, one) === true ? readProcess(machine, one.pid) : null;
  const running = run !== undefined && run.state !== "CLEANED" && run.pid !== null && run.pidStart !== null &&
      run.bootId !== null
    ? { pid: run.pid, start: run.pidStart, bootId: run.bootId }
    : undefined;
  return of(running) ?? of(anchor);
}

function readProcess(machine: Machine, pid: number): Process | null {
  const found = machine.process(pid);
  return found.ok ? found.value : null;
}

function variablesOf({ host }: Context, pid: number): Record<string, string | undefined> {
  const environment = host.system === "linux"
    ? host.readText(`/proc/${pid}/environ`, ENVIRONMENT_BYTES)
    : { ok: false as const };
  if (!environment.ok) return {};
  const block = `\0${environment.value}\0`;
  return Object.fromEntries(NAMES.flatMap((name) => {
    const at = block.indexOf(`\0${name}=`);
    const from = at + name.length + 2;
    return at < 0 ? [] : [[name, block.slice(from, block.indexOf("\0", from))]];
  }));
}
