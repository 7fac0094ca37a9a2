import { realpathSync } from "node:fs";
import type { Process } from "../../../facts/facts.ts";
import { lineage } from "../../../identity/lineage.ts";
import { isShell } from "../../../identity/programs.ts";
import { isObject, type Payload, textIn } from "../../../agents/payload.ts";
import { BerthError, fail } from "../../../errors/errors.ts";
import { checkoutOf } from "../../../sessions/git/checkout.ts";
import type { Dependencies } from "../../../sessions/model/dependencies.ts";
import { refuseRunning } from "../../../sessions/runs/runs.ts";
import { destroySession } from "../../../sessions/steps/destroy.ts";
import { isForSubagent } from "../../../sessions/workspace/admission.ts";
import { find } from "../../../sessions/workspace/query.ts";
import { sessionAlive } from "../../../store/liveness.ts";
import type { SessionRecord } from "../../../store/record.ts";
import type { Context, Input } from "../../command.ts";
import { dependenciesOf, uninterrupted } from "../../mean/sessions-dependencies.ts";
import { claude } from "../../../agents/claude.ts";
import { callerOf } from "../../../agents/process.ts";
import { findRepository } from "../../../sessions/git/repository.ts";
import { holdFor, releaseFor } from "./holder.ts";
import { gitIn } from "../../../sessions/git/git.ts";
import { newCommand } from "../new/new.ts";
import { readPayload } from "./stdin.ts";

/** The longest name of a session, and what of it is left where a hash is put behind. */
const LONGEST = 50;
const HASH = 8;

/** The agent that asks stands there itself, and leaves. */
const GENTLY = { cleanup: true, force: false, forceBranch: false, leaves: true };

/** What Claude Code calls the worktrees of its own agents. */
const SUBAGENT = /^agent-/;

/**
 * A name as an agent gives it, as a legal one: what is illegal becomes `-`, with a hash behind, so that two names stay
 * two.
 */
export function legalName(given: string, sha256: (text: string) => string): string {
  if (/^[A-Za-z0-9-]+$/.test(given) && given.length <= LONGEST) return given;
  const cut = [...given].map((one) => /[A-Za-z0-9-]/.test(one) ? one : "-").join("").slice(
    0,
    LONGEST - HASH - 1,
  );
  return `${cut}-${sha256(given).slice(0, HASH)}`;
}

/**
 * Make the worktree that an agent asks for by its hook, or give the one that it asked for before. The path is the last
 * line on standard output; the agent shows what is on standard error.
 */
export async function create(context: Context, input: Input): Promise<number> {
  const payload = wanted(context, "worktree-create");
  const given = textIn(payload, "name");
  if (given === undefined) throw fail("bad_payload", { action: "worktree-create", member: "name" });
  const name = legalName(given, context.deps.sha256);
  const path = textIn(payload, "cwd") ?? process.cwd();
  const forSubagent = SUBAGENT.test(given);
  const options = {
    ...input.options,
    path,
    "or-existing": true,
    "print-path": true,
    "for-subagent": forSubagent,
    json: false,
  };
  const make = async () =>
    await newCommand.run({ ...context, json: false }, { args: [name], options, rest: undefined }) ?? 0;
  try {
    return await held(context, input, path, name, await make());
  } catch (error) {
    if (!forSubagent || !(error instanceof BerthError) || error.code !== "MAX_SESSIONS") throw error;
    // Of those that their agents left behind the ones go in which nothing was done.
    if (!(await removeUnchanged(context, input))) throw error;
    return await held(context, input, path, name, await make());
  }
}

/** It is live from now on, for as long as the agent is, whether a run of ours is in it or not. */
async function held(
  context: Context,
  input: Input,
  path: string,
  name: string,
  status: number,
): Promise<number> {
  const process = callerOf(context.facts, claude.programs);
  if (process === null) return status;
  const deps = await dependenciesOf(context, input, "agent worktree-create");
  const { root } = await findRepository(gitIn(path, context.host.variables));
  const [record] = find(deps.store, { name, workspace: root });
  if (record !== undefined) await holdFor(context, deps.store, record.id, claude.name, process);
  return status;
}

/** Remove a worktree as an agent asks for it by its hook. Never by force: the agent keeps then what it has. */
export async function remove(context: Context, input: Input): Promise<void> {
  const given = textIn(wanted(context, "worktree-remove"), "worktree_path");
  if (given === undefined) throw fail("bad_payload", { action: "worktree-remove", member: "worktree_path" });
  const deps = await dependenciesOf(context, input, "agent worktree-remove");
  const path = realPath(given);
  const record = [...find(deps.store)].find(({ project }) =>
    project?.worktree === path || project?.worktree === given
  );
  if (record === undefined) throw fail("no_such_session", { given });
  const process = callerOf(context.facts, claude.programs);
  if (process !== null) await releaseFor(deps.store, record.id, process);
  await removeWorktree(context, process === null ? deps : withoutServersOf(context, process, deps), record);
}

/**
 * What the agent started without a shell serves it (MCP), and stands where the agent stood: it has nothing to lose there.
 * Commands that it was told to run are below a shell.
 */
function withoutServersOf({ facts }: Context, agent: Process, deps: Dependencies): Dependencies {
  const serves = (pid: number): boolean => {
    const chain = lineage(facts, pid);
    const at = chain.findIndex((one) => one.pid === agent.pid);
    const started = chain[at - 1];
    return started !== undefined && !isShell(started.name);
  };
  const isOther = ({ pid }: { readonly pid: number }): boolean => !serves(pid);
  return {
    ...deps,
    processesAt: (traces) => deps.processesAt(traces).filter(isOther),
    lookAround(traces) {
      const seen = deps.lookAround(traces);
      return { ...seen, occupants: seen.occupants.filter(isOther) };
    },
  };
}

async function removeWorktree(context: Context, deps: Dependencies, record: SessionRecord): Promise<void> {
  const checkout = await checkoutOf(record, context.host.variables);
  refuseRunning(deps, structuredClone(record), "destroy");
  const destroyIt = (deleteBranch: boolean) =>
    uninterrupted(() => destroySession(deps, record, checkout, { ...GENTLY, deleteBranch }));
  try {
    await destroyIt(true);
  } catch (error) {
    // A branch with work of its own stays, and the session's end is none the worse for it.
    if (
      !(error instanceof BerthError) ||
      !["branch_unmerged", "branch_not_ours", "branch_in_use"].includes(error.code)
    ) throw error;
    await destroyIt(false);
  }
}

/** @returns whether any went */
async function removeUnchanged(context: Context, input: Input): Promise<boolean> {
  const deps = await dependenciesOf(context, input, "agent worktree-create");
  let gone = false;
  for (const record of find(deps.store)) {
    if (!isForSubagent(record) || sessionAlive(deps.machine(), record) !== false) continue;
    try {
      const checkout = await checkoutOf(record, context.host.variables);
      await uninterrupted(() => destroySession(deps, record, checkout, { ...GENTLY, deleteBranch: true }));
      gone = true;
    } catch (error) {
      // There is work in it, or somebody is at it.
      if (!(error instanceof BerthError)) throw error;
    }
  }
  return gone;
}

function wanted({ host }: Context, action: string): Payload {
  const payload = readPayload(host);
  if (payload === null || !isObject(payload)) {
    throw fail("bad_payload", { action, member: "hook_event_name" });
  }
  return payload;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
