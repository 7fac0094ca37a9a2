import type { Process, Variables } from "../facts/facts.ts";
import { isDaemon } from "./agent-servers.ts";
import type { Lineage } from "./lineage.ts";
import { believe, passOver, type Place } from "./place.ts";
import { isMultiplexer, isScript } from "./programs.ts";

/** A session that was given by BERTH_SESSION. */
export interface Given {
  readonly label: string;
  /** The store that the run's process was given, where our own environment says nothing of one. */
  readonly home: string | undefined;
}

/**
 * What BERTH_SESSION says, where it counts. A user's own is authoritative. One that `berth run` set, together with
 * BERTH_RUN, is that of the run's process and what comes from it, and no further: a tmux server or a window of a
 * terminal emulator that it started is a place of its own. Programs that pass few variables on (MCP clients) lose it,
 * so it is taken from the nearest ancestor that has it.
 */
export function given(place: Place): Given | undefined {
  const own = place.variables.BERTH_SESSION;
  const label = own ?? inherited(place);
  if (label === undefined) return undefined;
  const whole: Lineage = [...place.chain, ...place.foreign];
  const at = runProcess(place, whole, label);
  if (at < 0) return usersOwn(place, label);
  const between = whatIsBetween(place, whole, label, at);
  if (between !== undefined) return passOver(place, "BERTH_SESSION", `a run's, ${between}`);
  const run = whole[at] as Process;
  believe(place, "BERTH_SESSION", `of the run that ${run.name}, process ${run.pid}, belongs to`);
  return { label, home: homeOf(place, whole, at) };
}

/** The environment of a member of the chain; our own where that is what is asked for. */
const environmentOf = ({ facts, variables }: Place, { pid }: Process): Variables | undefined => {
  if (pid === facts.self) return variables;
  const read = facts.environment(pid);
  return read.ok ? read.value : undefined;
};

const isRun = (variables: Variables | undefined): boolean =>
  variables?.BERTH_SESSION !== undefined && variables.BERTH_RUN !== undefined;

function inherited(place: Place): string | undefined {
  for (let at = 0; at < place.environments.length; at++) {
    const variables = place.environments[at];
    if (isRun(variables)) return variables?.BERTH_SESSION;
  }
  for (let at = 1; at < place.chain.length; at++) {
    const session = supervised(place, place.chain, at);
    if (session !== undefined) return session;
    if (place.chain[at]?.pid === place.anchor?.pid) break;
  }
  return undefined;
}

/** The session of the run that a member of the chain supervises. Only a `berth` is asked, whatever ours is called. */
function supervised({ facts, chain }: Place, whole: Lineage, at: number): string | undefined {
  const process = whole[at] as Process;
  if (process.name !== "berth" && process.name !== chain[0]?.name) return undefined;
  const mark = facts.supervised(process.pid);
  return mark.ok ? mark.value.session : undefined;
}

/** The outermost that was started with this session and a run of it; the run's own process unless that is gone. */
function runProcess(place: Place, whole: Lineage, label: string): number {
  for (let at = whole.length - 1; at >= 0; at--) {
    const variables = environmentOf(place, whole[at] as Process);
    if (isRun(variables) && variables?.BERTH_SESSION === label) return at;
    // The run's process is its child.
    if (at > 0 && supervised(place, whole, at) === label) return at - 1;
  }
  return -1;
}

function usersOwn(place: Place, label: string): Given | undefined {
  const { agent, facts } = place;
  const theirs = agent && facts.environment(agent.process.pid);
  if (theirs?.ok && theirs.value.BERTH_SESSION === label) {
    return passOver(
      place,
      "BERTH_SESSION",
      "inherited through an agent's server, which serves other terminals too",
    );
  }
  believe(place, "BERTH_SESSION", "given outright");
  return { label, home: undefined };
}

/** What keeps the run from being ours: something that opens places of its own stands between, or is the outermost. */
function whatIsBetween(place: Place, whole: Lineage, label: string, run: number): string | undefined {
  const { facts, agent, terminal } = place;
  if (agent !== undefined && agent.at <= run) return "from outside of an agent's server";
  for (let at = 0; at <= run; at++) {
    const process = whole[at] as Process;
    if (process.pid === facts.self) continue;
    if (isMultiplexer(process.name) && !isScript(facts, process)) {
      return `from outside of ${process.name}, process ${process.pid}`;
    }
    const outside = whole[at + 1];
    const detached = outside?.pid === 1 || outside?.name === "systemd";
    if (detached && isDaemon(facts, process)) {
      return `from outside of ${process.name}, which serves others too`;
    }
  }
  // Whose leader is outside of our PID namespace was not opened in here (a sandbox).
  if (terminal === undefined || terminal.anchor.sid === 0) return undefined;
  const leader = whole.findIndex(({ pid }) => pid === terminal.anchor.pid);
  const opened = leader < 0
    ? environmentOf(place, terminal.anchor)?.BERTH_SESSION === label &&
      isRun(environmentOf(place, terminal.anchor))
    : leader <= run;
  return opened ? `from outside of this terminal, ${terminal.tty}` : undefined;
}

/** `sudo` in a run means root's own store: only what runs as we do may say which one. */
function homeOf(place: Place, whole: Lineage, run: number): string | undefined {
  const { facts, variables } = place;
  if (variables.BERTH_HOME !== undefined) return undefined;
  const us = whole[0] as Process;
  // The supervisor behind the run's process has it too, and that one's environment nobody took away.
  for (let at = 0; at <= run + 1 && at < whole.length; at++) {
    const process = whole[at] as Process;
    const home = environmentOf(place, process)?.BERTH_HOME;
    if (home === undefined) continue;
    const [ours, theirs] = [facts.user(us.pid), facts.user(process.pid)];
    return ours.ok && theirs.ok && ours.value === theirs.value ? home : undefined;
  }
  return undefined;
}
