import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { existsSync } from "node:fs";
import type { Agent } from "../../../agents/agent.ts";
import { AGENT_NAMES, loadAgent } from "../../../agents/agents.ts";
import type { FileChange } from "../../../agents/install/install.ts";
import {
  type Choosing,
  hasWorktreesAnywhere as hasWorktrees,
  installEverywhere as put,
  placeOf,
  uninstallEverywhere as take,
} from "../../../agents/install/everywhere.ts";
import { fail } from "../../../errors/errors.ts";
import { type Context, flag, type Input, outJson } from "../../command.ts";
import { nearest } from "../../line/nearest.ts";
import { coloursOf } from "../../say/colours.ts";
import { aligned } from "../../say/columns.ts";
import { storeOf } from "../../mean/session.ts";
import { versionOf } from "./version-of.ts";

/** `berth agent install AGENT…` */
export const install = (context: Context, input: Input, names: readonly string[]): Promise<void> =>
  change(context, input, names, put);

/** `berth agent uninstall AGENT…` */
export const uninstall = (context: Context, input: Input, names: readonly string[]): Promise<void> =>
  change(context, input, names, take);

type Change = (agent: Agent, choosing: Choosing) => readonly FileChange[];

async function change(context: Context, input: Input, names: readonly string[], make: Change): Promise<void> {
  if (names.length === 0) throw fail("agents_wanted", { known: AGENT_NAMES });
  const agents = await named(names);
  const installing = installingOf(context, input);
  const files: FileChange[] = [];
  for (const agent of agents) {
    files.push(...make(agent, installing));
    if (make === put) sayWhatIsSeen(context, agent, hasWorktrees(agent, installing) || installing.worktrees);
  }
  if (context.json) return outJson(context, { dryRun: installing.dryRun, files });
  context.out(files.map(({ path, change }) => `${change}  ${path}\n`).join(""));
  if (installing.dryRun) context.say("berth: nothing was done\n");
}

function sayWhatIsSeen(context: Context, agent: Agent, worktrees: boolean): void {
  if (context.json) return;
  const version = versionOf(context.host, agent);
  context.say(`${agent.title}${version === null ? ", which is not on the PATH" : ` ${version}`}\n`);
  for (const sentence of agent.cannotSee) context.say(`  ${sentence}\n`);
  if (agent.worktrees !== undefined && !worktrees) {
    context.say(`  With --worktrees it also lets berth make its worktrees\n`);
  }
}

/** `berth agent status [AGENT…]` */
export async function status(context: Context, input: Input, names: readonly string[]): Promise<void> {
  const installing = installingOf(context, input);
  const rows = (await named(names.length === 0 ? AGENT_NAMES : names)).map((agent) => ({
    agent: agent.name,
    version: versionOf(context.host, agent),
    ...placeOf(agent, installing),
    ...agent.worktrees === undefined ? {} : { worktrees: hasWorktrees(agent, installing) },
    cannotSee: agent.cannotSee,
  }));
  if (context.json) return outJson(context, { agents: rows });
  context.out(aligned(
    ["AGENT", "VERSION", "INSTALLED", "FILE"],
    rows.map((
      { agent, version, installed, file },
    ) => [agent, version ?? "-", installed ? "yes" : "no", file ?? "-"]),
    coloursOf(context.host),
  ));
}

/** @throws `unknown_agent` */
async function named(names: readonly string[]): Promise<Agent[]> {
  const agents: Agent[] = [];
  for (const name of new Set(names)) {
    const agent = await loadAgent(name);
    if (agent === null) {
      throw fail("unknown_agent", { given: name, near: nearest(name, [...AGENT_NAMES]), known: AGENT_NAMES });
    }
    agents.push(agent);
  }
  return agents;
}

function installingOf(context: Context, input: Input): Choosing {
  const { host } = context;
  return {
    store: storeOf(context, input, "agent"),
    binary: process.execPath,
    dryRun: flag(input, "dry-run"),
    worktrees: flag(input, "worktrees"),
    plugin: flag(input, "plugin"),
    around: {
      variables: host.variables,
      home: host.variables["HOME"] || homedir(),
      project: flag(input, "project") ? projectHere() : null,
      windows: host.system === "win32",
    },
  };
}

/** The checkout that we are in, else the directory. */
function projectHere(): string {
  const here = realpathSync(process.cwd());
  for (let path = here;; path = dirname(path)) {
    if (existsSync(join(path, ".git"))) return path;
    if (dirname(path) === path) return here;
  }
}
