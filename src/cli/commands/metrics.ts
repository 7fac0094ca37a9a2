import { chmodSync, lstatSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { AGENT_NAMES } from "../../agents/agents.ts";
import type { AgentRow } from "../../agents/evidence.ts";
import { AGENT_STATUSES } from "../../agents/status.ts";
import { fail, quotePath } from "../../errors/errors.ts";
import { OUTCOMES, readCounters } from "../../events/counters.ts";
import { listRecords } from "../../store/list.ts";
import type { Store } from "../../store/open.ts";
import { type SessionRecord, STATUSES } from "../../store/record.ts";
import { type Command, type Context, text } from "../command.ts";
import { everyAgentOf } from "../mean/agents.ts";
import { storeOf } from "../mean/session.ts";
import { exposition, type Metric } from "../say/prometheus.ts";
import { build } from "./version.ts";

export const metrics: Command = {
  usage: "metrics",
  about: "Print numbers on sessions, agents and runs for Prometheus",
  details: [
    "In Prometheus' text format, without times, and with no session as a label. For node_exporter's textfile collector",
    "--textfile writes DIR/berth.prom, renamed into place. Nothing is locked and nothing changed.",
  ],
  options: [{ flag: "--textfile <dir>", about: "Write berth.prom in this directory, and print nothing" }],
  examples: ["berth metrics", "berth metrics --textfile /var/lib/prometheus/node-exporter"],
  async run(context, input) {
    const store = storeOf(context, input, "metrics");
    const shown = exposition(await gather(context, store));
    const directory = text(input, "textfile");
    if (directory === undefined) context.out(shown);
    else save(directory, shown);
  },
};

/** What is written here is renamed at once: older than this, in milliseconds, its writer was killed. */
const WRITTEN_MS = 60_000;

/** Remove what killed writers left: somebody who writes every few seconds would fill the directory in time. */
function clearLeft(directory: string): void {
  try {
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      if (!/^berth\.prom\.\d+\.tmp$/.test(name)) continue;
      if (Date.now() - lstatSync(path).mtimeMs > WRITTEN_MS) rmSync(path, { force: true });
    }
  } catch {
    // What cannot be looked at or removed is in nobody's way.
  }
}

/** Everybody may read it: node_exporter is another user. */
function save(directory: string, shown: string): void {
  clearLeft(directory);
  const file = join(directory, "berth.prom");
  // Not one of those that the collector reads (*.prom).
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, shown, { flag: "wx" });
    chmodSync(temporary, 0o644);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw fail("write_failed", { what: quotePath(file), why: (error as Error).message }, error);
  }
}

async function gather(context: Context, store: Store): Promise<Metric[]> {
  const found = [...listRecords(store)];
  const records = found.flatMap((one) => "record" in one ? [one.record] : []);
  const seen = [...(await everyAgentOf(context, store)).values()].flat();
  // One that works in another session's worktree is of both.
  const agents = [...new Map(seen.map(({ key, row }) => [key, row])).values()];
  return [
    gauge("berth_build_info", "What this berth is.", [{ labels: build, value: 1 }]),
    gauge("berth_sessions", "Sessions that are kept, by their state.", byState(records)),
    gauge("berth_agents", "Coding agents that are there, by what they are doing.", byAgent(agents)),
    runs(store),
    one(
      "berth_wait_oldest_seconds",
      "How long the one that waits longest for somebody has waited; 0: none waits.",
      oldestWait(records, agents, context.now()),
    ),
    one(
      "berth_worktrees",
      "Sessions with a worktree of their own.",
      records.filter(({ project }) => project?.worktree !== undefined).length,
    ),
    one(
      "berth_store_bytes",
      "Size of all that is kept: sessions, archives, events.",
      sizeOf(dirname(store.backend.locate("config.json"))),
    ),
    one("berth_records_damaged", "Records that cannot be read.", found.length - records.length),
  ];
}

const gauge = (name: string, help: string, samples: Metric["samples"]): Metric => ({
  name,
  help,
  type: "gauge",
  samples,
});
const one = (name: string, help: string, value: number): Metric => gauge(name, help, [{ value }]);

const byState = (records: readonly SessionRecord[]) =>
  STATUSES.map((state) => ({
    labels: { state },
    value: records.filter(({ status }) => status === state).length,
  }));

/** All agents that are known, so that a number that falls to none falls to 0. */
const byAgent = (rows: readonly AgentRow[]) =>
  AGENT_NAMES.flatMap((agent) =>
    AGENT_STATUSES.map((status) => ({
      labels: { agent, status },
      value: rows.filter((row) => row.agent === agent && row.status === status).length,
    }))
  );

function runs(store: Store): Metric {
  const counters = readCounters(store.backend.locate("events"));
  return {
    name: "berth_runs_total",
    help: "Runs that have ended, by how: ok, error, stopped on demand, lost (nobody saw the end).",
    type: "counter",
    samples: OUTCOMES.map((outcome) => ({ labels: { outcome }, value: counters?.runs[outcome] ?? 0 })),
  };
}

function oldestWait(records: readonly SessionRecord[], agents: readonly AgentRow[], now: Date): number {
  const since = [
    ...agents.filter(({ status }) => status === "waiting").map((row) => row.since),
    ...records.filter(({ status }) => status === "waiting").map(waitingSince),
  ].flatMap((time) => time === null ? [] : [Date.parse(time)]).filter((time) => !Number.isNaN(time));
  return since.length === 0 ? 0 : Math.max(0, (now.getTime() - Math.min(...since)) / 1000);
}

const waitingSince = ({ history, updatedAt }: SessionRecord): string =>
  history.findLast(({ kind, ...more }) => kind === "status" && more["to"] === "waiting")?.at ?? updatedAt;

/** Of all files below; what goes meanwhile counts nothing. */
function sizeOf(path: string): number {
  try {
    const found = lstatSync(path);
    if (!found.isDirectory()) return found.size;
    return readdirSync(path).reduce((sum, base) => sum + sizeOf(join(path, base)), 0);
  } catch {
    return 0;
  }
}
