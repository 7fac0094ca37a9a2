import { fail, quotePath } from "../../errors/errors.ts";
import type { Store } from "../../store/open.ts";
import type { Agent } from "../agent.ts";
import { asksForWorktrees } from "./command.ts";
import { type Around, type Changed, Unfit } from "./installation.ts";
import { type ConfigFile, openTarget, removeTarget, replaceTarget, withoutMark } from "./target.ts";
import { forgetUndo, keepUndo, undone } from "./undo.ts";

/** What was done, or would be, with a file. */
export interface FileChange {
  readonly path: string;
  readonly change: "created" | "changed" | "unchanged" | "restored" | "deleted";
}

export interface Installing {
  readonly store: Store;
  readonly around: Around;
  /** Absolute path of berth. */
  readonly binary: string;
  readonly dryRun: boolean;
  /** Whether berth is to make the agent's worktrees as well. */
  readonly worktrees: boolean;
}

/** The file of an agent. @throws `agent_no_project` where a project has none */
export function fileOf(agent: Agent, around: Around): string {
  const path = agent.installation.file(around);
  if (path === null) throw fail("agent_no_project", { agent: agent.title });
  return path;
}

/**
 * Put our entries into an agent's configuration. Hooks for worktrees that are there already stay.
 *
 * @throws `agent_file_refused`, `agent_file_unfit`, `write_failed`, `agent_no_worktrees`
 */
export function install(chosen: Agent, installing: Installing): FileChange {
  const agent = withWorktrees(chosen, installing);
  const { store, around, binary, dryRun } = installing;
  const path = fileOf(agent, around);
  const target = openTarget(path);
  const { mark, rest } = withoutMark(target.text);
  if (
    rest !== null && rest.trim() !== "" &&
    fit(path, () => agent.installation.has(rest, binary, around.windows))
  ) {
    return { path, change: "unchanged" };
  }
  // An older installation is undone first, so that what is undone later is what was there before all of them.
  const before = rest === null || target.text === null ? null : earlier(agent, store, target, rest);
  const changed = fit(path, () => agent.installation.add(before, binary, around.windows));
  if (!dryRun) write(store, target, mark, before, changed);
  return { path, change: target.text === null ? "created" : "changed" };
}

function withWorktrees(agent: Agent, installing: Installing): Agent {
  const { worktrees } = agent;
  if (worktrees === undefined) {
    if (installing.worktrees) throw fail("agent_no_worktrees", { agent: agent.title });
    return agent;
  }
  return installing.worktrees || hasWorktrees(agent, installing)
    ? { ...agent, installation: worktrees }
    : agent;
}

/** Whether our hooks for worktrees are in an agent's configuration; one that cannot be read has none. */
export function hasWorktrees(agent: Agent, { around }: Pick<Installing, "around">): boolean {
  const path = agent.installation.file(around);
  if (path === null || agent.worktrees === undefined) return false;
  try {
    return asksForWorktrees(openTarget(path).text ?? "");
  } catch {
    return false;
  }
}

function write(
  store: Store,
  target: ConfigFile,
  mark: string,
  before: string | null,
  { text, spans }: Changed,
): void {
  const [old, made] = [before === null ? null : mark + before, mark + text];
  const moved = spans?.map(({ at, length }) => ({ at: at + mark.length, length })) ?? null;
  // Before the file: without it a crash in between would leave entries that cannot be undone to the byte.
  keepUndo(store, target.real, old, made, moved);
  replaceTarget(target, made);
}

/** As it was before we were ever there, as far as that is known; else without our entries. */
function earlier(agent: Agent, store: Store, target: ConfigFile, rest: string): string | null {
  const was = undone(store, target.real, target.text ?? "");
  if (was !== undefined) return withoutMark(was).rest;
  return rest.trim() === "" ? rest : fit(target.path, () => agent.installation.remove(rest));
}

/** Take our entries out again: to the byte where nobody has edited the file since, else them alone. */
export function uninstall(agent: Agent, { store, around, dryRun }: Installing): FileChange {
  const path = fileOf(agent, around);
  const target = openTarget(path);
  if (target.text === null) return { path, change: "unchanged" };
  const was = undone(store, target.real, target.text);
  const left = was === undefined ? withoutOurs(agent, target, target.text) : was;
  if (left === target.text) return { path, change: "unchanged" };
  if (!dryRun) {
    if (left === null) removeTarget(target);
    else replaceTarget(target, left);
    forgetUndo(store, target.real);
  }
  return { path, change: left === null ? "deleted" : was === undefined ? "changed" : "restored" };
}

function withoutOurs(agent: Agent, { path }: ConfigFile, text: string): string | null {
  const { mark, rest } = withoutMark(text);
  if (rest === null || rest.trim() === "") return text;
  const left = fit(path, () => agent.installation.remove(rest));
  return left === null ? null : mark + left;
}

/** Whether our entries are in an agent's configuration; one that cannot be read has none. */
export function isInstalled(
  agent: Agent,
  { around, binary }: Pick<Installing, "around" | "binary">,
): boolean {
  const path = agent.installation.file(around);
  if (path === null) return false;
  try {
    const { rest } = withoutMark(openTarget(path).text);
    return rest !== null && rest.trim() !== "" && agent.installation.has(rest, binary, around.windows);
  } catch {
    return false;
  }
}

function fit<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Unfit) {
      throw fail("agent_file_unfit", { file: quotePath(path), why: error.message }, error);
    }
    throw error;
  }
}
