import { fail } from "../../errors/errors.ts";
import { type MachineIdentity, machineIdentity } from "../../facts/machine-identity.ts";
import type { Resolution } from "../../identity/resolution.ts";
import { inReach } from "../../store/locks.ts";
import { CONFIG, recordName } from "../../store/names.ts";
import { mayBeShared } from "../../store/namespaces.ts";
import type { Observer, Told } from "../../store/observe.ts";
import { openStore, type Store } from "../../store/open.ts";
import type { Anchor, Origin } from "../../store/record.ts";
import { type Context, type Input, type Option, text } from "../command.ts";
export { WAIT } from "../line/wait-option.ts";

/** The session that a command is about, and the store that keeps it. */
export interface Here {
  readonly store: Store;
  readonly id: string;
  readonly origin: Origin;
}

export const SCRIPT: Option = {
  flag: "--script <name>",
  about: "Mean the values of one script, not those of all",
};

/** Open the store for the command of that name. Warnings are words like every other. */
export function storeOf(context: Context, input: Input, command: string): Store {
  const { host, facts, now, say, json } = context;
  const wait = text(input, "wait");
  const store = openStore({
    environment: storeEnvironment(context),
    command: `berth ${command}`,
    now,
    // Beside a JSON error there are no words.
    warn: (words) => json ? undefined : say(`berth: warning: ${words}\n`),
    ...wait === undefined ? {} : { waitMs: Number(wait) * 1000 },
  });
  let identity: MachineIdentity | null | undefined;
  const hosting = { identity: () => identity ??= machineIdentity(host, facts) };
  return withEvents({ ...store, hosting }, context);
}

/**
 * What says where the store is. A program of a run that was left few variables (an MCP client's server) keeps its
 * state where the run does.
 */
function storeEnvironment({ host, resolution }: Context): Context["host"]["variables"] {
  if (host.variables["BERTH_HOME"]) return host.variables;
  let home: string | undefined;
  try {
    home = resolution().home;
  } catch {
    // A label that can be none is the failure of whoever needs the session.
  }
  return home === undefined ? host.variables : { ...host.variables, BERTH_HOME: home };
}

/** The store, with all that changes in it written into its log. Loaded at the first lock: readers need none of it. */
const withEvents = (store: Store, context: Context): Store => ({
  ...store,
  observing: { load: () => observerFor(store, context) },
});

async function observerFor(store: Store, context: Context): Promise<Observer> {
  const { logObserver } = await import("../../events/observe.ts");
  return showing(await logObserver(store, context.facts.boot), store, context);
}

/** What it is told is shown where status lines are. */
const showing = (observer: Observer, store: Store, context: Context): Observer => (...told) => {
  observer(...told);
  for (const one of told) if (showsAnother(one)) context.later(() => push(context, store, one.id));
};

/** Whether a status line has something else to show. */
const showsAnother = (told: Told): told is Told & { kind: "written" } =>
  told.kind === "written" && (told.before === null || told.before.status !== told.record.status ||
    told.before.name !== told.record.name || told.before.run?.state !== told.record.run?.state);

async function push(context: Context, store: Store, id: string): Promise<void> {
  // Where neither tmux nor a setting is, nothing shows it: that is told without loading what would.
  if (!context.host.variables["TMUX"] && store.backend.stat(CONFIG) === null) return;
  const { pushSession } = await import("./push-marks.ts");
  await pushSession(context, store, id);
}

/**
 * The session of this place, for a command that keeps state in it or looks for it there.
 *
 * @throws `no_stable_session` where the ID would be another one at the next command
 */
export function here(context: Context, input: Input, command: string): Here | Promise<Here> {
  const resolution = context.resolution();
  if (resolution.unstable !== null) throw fail("no_stable_session", { why: resolution.unstable });
  const { id } = resolution;
  const origin = originOf(context, resolution);
  const store = storeOf(context, input, command);
  return mayBeShared(id)
    ? sharedOr(context, store, id, command).then((store) => ({ store, id, origin }))
    : { store, id, origin };
}

/**
 * The store that keeps the session: this one, or the one in the database, with the session's record in reach.
 *
 * @throws `not_for_shared` for a command that works with what is on this machine
 */
export async function sharedOr(context: Context, store: Store, id: string, command: string): Promise<Store> {
  const { sharedStore } = await import("./shared.ts");
  const shared = await sharedStore(context, store, id, command);
  return shared === null ? store : await inReach(shared, { names: [recordName(id)] });
}

/** What a record keeps of how its ID was found. */
export function originOf(context: Context, resolution: Resolution): Origin {
  const anchor = anchorOf(context, resolution);
  return anchor === undefined ? { source: resolution.source } : { source: resolution.source, anchor };
}

function anchorOf({ facts }: Context, { id, anchor, source, chain, bound }: Resolution): Anchor | undefined {
  const { boot, pidNamespace } = facts;
  if (bound !== undefined) {
    // As the shell saw it that noted it; a multiplexer's server it did not note.
    const { anchor: { pid, start, tty }, boot: bootId, pidNamespace } = bound;
    return /^(tmux|screen|zellij)--/.test(id) ? undefined : { pid, start, bootId, pidNamespace, tty };
  }
  if (anchor === null || !boot.ok || !pidNamespace.ok) return undefined;
  const { pid, start, tty } = anchor;
  const found: Anchor = { pid, start, bootId: boot.value, pidNamespace: pidNamespace.value, tty };
  if (!/^(tmux|screen|zellij)$/.test(source)) return found;
  // A pane's shell comes and goes; the session lives as long as the server that opened its terminal.
  const server = chain.find((process) => process.pid === anchor.ppid);
  return server === undefined ? found : { ...found, server: { pid: server.pid, start: server.start } };
}
