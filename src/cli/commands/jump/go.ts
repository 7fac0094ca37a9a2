import process from "node:process";
import { type BerthError, fail } from "../../../errors/errors.ts";
import { programs } from "../../../sessions/git/programs.ts";
import { tmuxBy, tmuxEnvironment } from "../../../sessions/background/tmux.ts";
import { nameOf } from "../../../sessions/model/journal.ts";
import type { Machine } from "../../../store/liveness.ts";
import type { SessionRecord } from "../../../store/record.ts";
import type { Context } from "../../command.ts";
import { showBy } from "../git-shown.ts";
import { type Showing, showingOf, type WindowPlace } from "./place.ts";
import { type JumpTarget, targetOf } from "./target.ts";
import { livePane, showPane } from "./tmux.ts";

/** A terminal program that hangs keeps nobody waiting for ever. */
const LIMIT_MS = 3000;

/**
 * Go to where a session is.
 *
 * @param agent the process of the agent that is meant, where it has any
 * @param arrived called as soon as it is shown, before somebody stays there
 * @returns the exit status of what was shown here, 0 where another window shows it
 * @throws `nowhere_to_go`, `out_of_reach`, `jump_failed`, `tmux_failed`
 */
export async function goTo(
  context: Context,
  machine: Machine,
  record: SessionRecord,
  agent: { readonly pid: number | null } | null,
  arrived: () => Promise<void>,
): Promise<number> {
  const target = targetOf(context, machine, record, agent);
  if (target === null) throw nowhere(record);
  for (const place of target.places) {
    const status = await tryPlace({ context, record, target, arrived }, place);
    if (status !== null) return status;
  }
  throw fail("out_of_reach", {
    session: nameOf(record),
    where: whereOf(target),
    command: `show ${record.name ?? record.id}`,
  });
}

function nowhere(record: SessionRecord): BerthError {
  const isHere = record.name !== undefined && record.project?.worktree !== undefined;
  const command = isHere ? `cd ${record.name}` : `show ${record.name ?? record.id}`;
  return fail("nowhere_to_go", { session: nameOf(record), why: "nothing runs in it", command });
}

/** In words: its terminal and its process. */
function whereOf({ process }: JumpTarget): string {
  if (process === null) return "a tmux that is gone";
  return `${process.tty ?? "no terminal"}, process ${process.pid} (${process.name})`;
}

/** Who goes where. */
interface Way {
  readonly context: Context;
  readonly record: SessionRecord;
  readonly target: JumpTarget;
  readonly arrived: () => Promise<void>;
}

/** Null where it is not there after all: what a process inherited is no proof. */
async function tryPlace(way: Way, place: WindowPlace): Promise<number | null> {
  const { context, record, target, arrived } = way;
  if (place.kind === "tmux") {
    const tmux = tmuxBy(tmuxEnvironment(context.host.variables));
    const pane = await livePane(tmux, place);
    const tty = target.process?.tty ?? null;
    if (pane === null || (tty !== null && tty !== pane.tty)) return null;
    return await showPane(context, tmux, pane, arrived);
  }
  if (place.kind === "screen") return await showScreen(way, place);
  await show(record, showingOf(place));
  await arrived();
  return 0;
}

async function showScreen(
  { context, record, arrived }: Way,
  { session, window }: Extract<WindowPlace, { kind: "screen" }>,
): Promise<number> {
  const command = ["screen", "-S", session, "-X", "select", window];
  await show(record, { command, env: {}, probe: "screen -ls" });
  await arrived();
  if (context.host.variables["STY"] === session) return 0;
  if (!context.host.isTerminal(0) || !context.host.isTerminal(1)) return 0;
  return await showBy(context, ["screen", "-x", session, "-p", window], {
    cwd: "/",
    more: { STY: undefined },
  });
}

/** @throws `jump_failed` */
async function show(record: SessionRecord, { command, env, probe }: Showing): Promise<void> {
  const { spawnSync } = await programs();
  const [program = "", ...args] = command;
  const done = spawnSync(program, args, {
    env: { ...process.env, ...env },
    cwd: "/",
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
  });
  // zellij says 2 where that pane is shown already.
  if (done.status === 0 || (program === "zellij" && done.status === 2)) return;
  const said = `${done.stderr ?? ""}${done.stdout ?? ""}`.trim().split("\n")[0] ?? "";
  const why = done.error?.message ?? (said === "" ? `status ${done.status}` : said);
  throw fail("jump_failed", { session: nameOf(record), program, why, command: probe });
}
