import { fail } from "../../errors/errors.ts";
import type { Occupant } from "../../facts/standing.ts";
import type { Traces } from "../../facts/traces.ts";
import type { SessionRecord } from "../../store/record.ts";
import { refuseMounts, refuseOtherMounts } from "../git/mounts.ts";
import { markedSince } from "../runs/since.ts";
import { ancestorsOf, MAX_ANCESTORS } from "../model/ancestors.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { nameOf } from "../model/journal.ts";

/** Who is at work in the worktree of a session. */
export interface Occupants {
  /** Those who would lose the ground under their feet: every process there, and what the session's runs left running. */
  readonly others: readonly Occupant[];
  /** Whether it is our own shell, or another ancestor of ours, that stands there. */
  readonly ourselves: boolean;
}

/**
 * The processes that stand in the session's worktree or carry the marks of its runs. Our own ancestors and what shares
 * our process group (a pipeline's other end) are not among the others: whoever sits there typed the command.
 */
export function occupantsOf(deps: Dependencies, record: SessionRecord): Occupants {
  const { worktree } = record.project ?? {};
  if (worktree === undefined) return { others: [], ourselves: false };
  return occupantsAmong(deps, deps.processesAt({ directory: worktree, ...tracesOf(deps, record) }));
}

function occupantsAmong(deps: Dependencies, seen: readonly Occupant[]): Occupants {
  const found = seen.filter(({ pid }) => pid === deps.self.pid || !isBelow(deps, pid));
  if (found.length === 0) return { others: [], ourselves: false };
  const ancestors = ancestorsOf(deps);
  const group = found.find(({ pid }) => pid === deps.self.pid)?.pgrp;
  const isOurs = ({ pid, pgrp }: Occupant) => ancestors.has(pid) || pgrp === group;
  return {
    others: found.filter((one) => !isOurs(one)),
    ourselves: found.some((one) => one.at !== null && isOurs(one)),
  };
}

/** A process that is older than the session's first run carries no mark of it. */
function tracesOf(deps: Dependencies, record: SessionRecord): Pick<Traces, "marks" | "marked"> {
  const marks = marksOf(record);
  const marked = marks.length === 0 ? null : markedSince(deps, record);
  return marked === null ? { marks } : { marks, marked };
}

/**
 * What every process of the session's runs carries in its environment. Nothing for one that no command was ever run in:
 * it has left nothing running, and looking for marks takes longer than all the rest.
 */
export const marksOf = ({ id, run }: SessionRecord): readonly string[] =>
  run === undefined || run.startedAt === null && run.n === 1 ? [] : [`BERTH_SESSION=${id}`, "BERTH_RUN="];

/** Whether we started it, or one that we started: git looks at the worktree meanwhile. What is gone by now is nobody. */
function isBelow({ machine, self }: Dependencies, pid: number): boolean {
  const now = machine();
  let at = pid;
  for (let steps = 0; at > 1 && at !== self.pid && steps < MAX_ANCESTORS; steps++) {
    const process = now.process(at);
    if (!process.ok) return at === pid;
    at = process.value.ppid;
  }
  return at === self.pid;
}

/** What is to be done to a session, and how far it may go. */
export interface Intent {
  /** For the error: `destroy`. */
  readonly action: string;
  /** Past processes that stand there. */
  readonly force: boolean;
  /** Whether our own shell goes elsewhere by itself afterwards. */
  readonly leaves: boolean;
}

/**
 * Refuse what takes the ground from under somebody's feet, and to remove what is mounted there: somebody else's, that git
 * would delete or unmount.
 *
 * @returns whether our own shell stands there
 * @throws `worktree_has_mounts`, `worktree_mounted_elsewhere`, `worktree_occupied`, `in_own_worktree`
 */
export function refuseInUse(
  deps: Dependencies,
  record: SessionRecord,
  { action, force, leaves }: Intent,
): boolean {
  const { worktree = "" } = record.project ?? {};
  const seen = deps.lookAround({ directory: worktree, ...tracesOf(deps, record) });
  refuseMounts(seen.ownMounts, worktree);
  refuseOtherMounts(seen.mounts, worktree);
  const { others, ourselves } = occupantsAmong(deps, seen.occupants);
  const session = nameOf(record);
  if (others.length > 0 && !force) {
    throw fail("worktree_occupied", {
      session,
      action,
      processes: others.map(inWords),
      pids: others.map(({ pid }) => pid),
    });
  }
  if (ourselves && !leaves && !force) {
    throw fail("in_own_worktree", { session, action, root: record.project?.root ?? "/" });
  }
  return ourselves;
}

const inWords = ({ pid, command, at }: Occupant): string =>
  `${pid} (${JSON.stringify(command)}${at === null ? "" : ` in ${JSON.stringify(at)}`})`;
