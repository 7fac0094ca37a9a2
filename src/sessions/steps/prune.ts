import { existsSync } from "node:fs";
import { BerthError, Exit } from "../../errors/errors.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import { processAlive, sessionAlive } from "../../store/liveness.ts";
import { type Checkout, checkoutOf } from "../git/checkout.ts";
import type { Environment } from "../git/git-environment.ts";
import { must } from "../git/git.ts";
import { baseBranch } from "../merge/base-branch.ts";
import { mergedIn } from "../merge/merged-in.ts";
import { distance } from "../merge/preview.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { journalOf } from "../model/journal.ts";
import { occupantsOf } from "../process/occupants.ts";
import { runAlive } from "../workspace/query.ts";
import { type Destroyed, destroySession } from "./destroy.ts";
import { refuseWork } from "./finish-work.ts";

/** Whether a session could go, and why or why not. */
export interface Judgement {
  readonly goes: boolean;
  readonly reason: string;
  /** Whether it stays because something failed, and not because of what it is. */
  readonly failed?: true;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Tell whether a session is done with: everything that it committed is in its base, nothing else is in its worktree, and
 * nobody uses it. Changes nothing.
 *
 * @param idleDays only one that was idle that long; then also one in which nothing was ever committed
 */
export async function judge(
  deps: Dependencies,
  record: SessionRecord,
  environment: Environment,
  idleDays: number | null,
): Promise<Judgement> {
  const keep = (reason: string): Judgement => ({ goes: false, reason });
  const machine = deps.machine();
  const journal = journalOf(record);
  if (journal !== null && processAlive(machine, journal.by) !== false) {
    return keep("somebody else is at work on it");
  }
  if (journal !== null) return keep('something is half done with it, see "berth doctor"');
  if (runAlive(machine, record) !== false || sessionAlive(machine, record) !== false) {
    return keep("it is live");
  }
  const idle = deps.clock().getTime() - Date.parse(record.lastActivity);
  if (idleDays !== null && idle < idleDays * DAY_MS) return keep(`it was idle for ${days(idle)} only`);
  try {
    const checkout = await checkoutOf(record, environment);
    if (checkout === null) return keep("it has no branch");
    if (!existsSync(checkout.worktree.directory)) {
      return keep('its directory is gone; "berth doctor --fix" finds one that was moved');
    }
    const why = await mergedHow(record, checkout, idleDays !== null);
    if (why === null) return keep("it is not merged");
    if (why === "") return keep("nothing was committed in it yet");
    await refuseWork(record, checkout);
    const { others } = occupantsOf(deps, record);
    if (others.length > 0) return keep(`processes stand there: ${others.map(({ pid }) => pid).join(", ")}`);
    return { goes: true, reason: idleDays === null ? why : `${why}, idle for ${days(idle)}` };
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    return failedFor(deps, record, error);
  }
}

/**
 * Why one stays that something spoke against. That is no failure; that git or the store failed is one, unless somebody
 * else removes it at this very moment.
 */
export function failedFor(
  { store, self }: Dependencies,
  { id }: SessionRecord,
  { message, exit }: BerthError,
): Judgement {
  const now = readRecord(store, id);
  if (now === null) return { goes: false, reason: "it is gone already" };
  const journal = journalOf(now);
  if (journal !== null && (journal.by.pid !== self.pid || journal.by.start !== self.start)) {
    return { goes: false, reason: "somebody else is at work on it" };
  }
  return { goes: false, reason: message, ...exit === Exit.failed ? { failed: true } : {} };
}

const days = (ms: number): string => `${Math.floor(ms / DAY_MS)} days`;

/**
 * How everything of the session's branch came into its base, in words; null where it did not, "" where there was nothing.
 *
 * @param unbegun whether a branch without a commit of its own counts
 */
async function mergedHow(
  record: SessionRecord,
  checkout: Checkout,
  unbegun: boolean,
): Promise<string | null> {
  const head = await must(checkout.worktree, "read HEAD", [
    "rev-parse",
    "HEAD^{commit}",
    "--symbolic-full-name",
    "HEAD",
  ]);
  const [commit = "", ref = ""] = head.split("\n");
  if (!ref.startsWith("refs/heads/")) return null;
  const base = await baseBranch(checkout, record, ref.slice("refs/heads/".length), undefined);
  const { ahead } = await distance(checkout.main, base.commit, commit);
  if (ahead > 0) {
    return await mergedIn(checkout.main)(base.commit, commit) ? `its changes are in ${base.name}` : null;
  }
  if (commit !== record.project?.["baseCommit"]) return `merged into ${base.name}`;
  return unbegun ? "nothing was committed in it" : "";
}

/**
 * Remove a session that was judged to be done with, after another look: it may be in use again.
 *
 * @param leaves whether our own shell, where it stands there, goes elsewhere by itself afterwards
 * @returns null where it is gone already
 * @throws what `destroySession` throws, where something speaks against it by now
 */
export async function prune(
  deps: Dependencies,
  { id }: SessionRecord,
  environment: Environment,
  leaves: boolean,
): Promise<Destroyed | null> {
  const record = readRecord(deps.store, id);
  if (record === null) return null;
  const deleteBranch = record.project?.["ownsBranch"] === true;
  const how = { cleanup: true, deleteBranch, keepForeign: true, force: false, forceBranch: true, leaves };
  return await destroySession(deps, record, await checkoutOf(record, environment), how);
}
