import { type Reading, type RunMark, unknown } from "./facts.ts";

/*
 * A command of a run is started with BERTH_SESSION and BERTH_RUN, and may be started by way of a program that takes
 * them away (`env -i`, an agent's client that hands on seven variables). Its supervisor's own environment never had
 * them, and the kernel shows an environment as it was at the start. What a process can say of itself at any time is
 * the name of a file in memory; where its descriptor is, only the same user and root may look (proc_pid_fd(5)).
 */

/** The descriptor, or the first free one behind it; with fewer allowed (`ulimit -n`) there is no mark. */
export const MARK_DESCRIPTOR = 200;

const PREFIX = "berth-run:";

/** The name of the file. */
export const markName = ({ session, run }: RunMark): string => `${PREFIX}${session}:${run}`;

/** @param link what the descriptor leads to: `/memfd:berth-run:uuid--…:3 (deleted)` */
export function parseMark(link: string): Reading<RunMark> {
  const [, session, run] = /^\/memfd:berth-run:([A-Za-z0-9._-]{1,80}):(\d{1,15}) \(deleted\)$/.exec(link) ??
    [];
  return session === undefined || run === undefined
    ? unknown("no mark of a run")
    : { ok: true, value: { session, run } };
}
