import { fail } from "../../errors/errors.ts";
import * as files from "../../store/files.ts";
import { quietly } from "../../store/quietly.ts";
import type { Agent } from "../agent.ts";
import { asksForWorktrees } from "./command.ts";
import {
  type FileChange,
  hasWorktrees,
  install,
  type Installing,
  isInstalled,
  uninstall,
} from "./install.ts";
import type { Installation } from "./installation.ts";
import { openTarget } from "./target.ts";

/*
 * An agent's hooks are in its settings, or in a plugin of its own: in one of both, since it would call us twice.
 */

/** What is asked for beside what any file needs. */
export interface Choosing extends Installing {
  /** Whether they are to be a plugin. */
  readonly plugin: boolean;
}

/**
 * Put our hooks where they are wanted, else where they are already, and out of the other place.
 *
 * @throws as `install` does, and `agent_no_plugin`
 */
export function installEverywhere(agent: Agent, choosing: Choosing): FileChange[] {
  if (choosing.plugin && agent.plugin === undefined) throw fail("agent_no_plugin", { agent: agent.title });
  if (!choosing.plugin && !hasPlugin(agent, choosing)) return [install(agent, choosing)];
  const worktrees = choosing.worktrees || hasWorktreesAnywhere(agent, choosing);
  const parts = (worktrees ? agent.plugin?.worktrees : agent.plugin?.plain) ?? [];
  const made = parts.map((part) => install(alone(agent, part), { ...choosing, worktrees: false }));
  return [...made, ...[uninstall(agent, choosing)].filter(isChange)];
}

/** Take them out, wherever they are. */
export function uninstallEverywhere(agent: Agent, choosing: Choosing): FileChange[] {
  const settings = uninstall(agent, choosing);
  const parts = hasPlugin(agent, choosing) ? agent.plugin?.plain ?? [] : [];
  const gone = parts.toReversed().map((part) => uninstall(alone(agent, part), choosing)).filter(isChange);
  if (!choosing.dryRun && gone.length > 0) removeEmpty(parts, choosing);
  return gone.length > 0 && !isChange(settings) ? gone : [settings, ...gone];
}

/** The file that tells where they are, and whether all of them are there. */
export function placeOf(agent: Agent, choosing: Choosing): { file: string | null; installed: boolean } {
  const [manifest] = agent.plugin?.plain ?? [];
  if (manifest === undefined || !hasPlugin(agent, choosing)) {
    return { file: agent.installation.file(choosing.around), installed: isInstalled(agent, choosing) };
  }
  const worktrees = hasWorktreesAnywhere(agent, choosing);
  const parts = (worktrees ? agent.plugin?.worktrees : agent.plugin?.plain) ?? [];
  return {
    file: manifest.file(choosing.around),
    installed: parts.every((part) => isInstalled(alone(agent, part), choosing)),
  };
}

export const hasWorktreesAnywhere = (agent: Agent, choosing: Installing): boolean =>
  hasWorktrees(agent, choosing) ||
  (agent.plugin?.plain ?? []).some((part) => asksForWorktrees(textOf(part, choosing) ?? ""));

/** Whether there is a plugin of ours. */
function hasPlugin({ plugin }: Agent, installing: Installing): boolean {
  const [manifest] = plugin?.plain ?? [];
  if (manifest === undefined) return false;
  const text = textOf(manifest, installing);
  return text !== null && text.trim() !== "" && manifest.remove(text) === null;
}

function textOf({ file }: Installation, { around }: Installing): string | null {
  const path = file(around);
  if (path === null) return null;
  try {
    return openTarget(path).text;
  } catch {
    return null;
  }
}

function alone(agent: Agent, installation: Installation): Agent {
  const { worktrees: _, plugin: _plugin, ...rest } = agent;
  return { ...rest, installation };
}

const isChange = ({ change }: FileChange): boolean => change !== "unchanged";

/** The plugin's directories, as far as nobody has put anything else there. */
function removeEmpty(parts: readonly Installation[], { around }: Installing): void {
  const paths = parts.flatMap((part) => part.file(around) ?? []);
  const directories = paths.map((path) => path.slice(0, path.lastIndexOf("/")));
  for (const path of [...new Set(directories)].sort((one, other) => other.length - one.length)) {
    quietly(() => files.rmdirSync(path));
  }
}
