import { existsSync } from "node:fs";
import { fail, some } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Checkout } from "../git/checkout.ts";
import { goneAt, lossesOf } from "../git/gone.ts";
import { withoutCopies } from "../git/include.ts";
import { inWords, type Loss, type Risk } from "../git/risk.ts";
import { survey } from "../git/survey.ts";
import type { InspectedWorktree } from "../git/worktree.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { nameOf, removalOf } from "../model/journal.ts";
import { refuseInUse } from "../process/occupants.ts";
import type { DestroyStep, Destruction } from "./destruction.ts";
import { inspectAll } from "./inspect-own.ts";
import { refuseStuck } from "./refuse-stuck.ts";
import { movedTo } from "./relink.ts";

/**
 * What becomes of the worktree.
 *
 * @throws `work_at_risk`, `worktree_moved`, `worktrees_inside`, `worktree_has_mounts`, `worktree_occupied`, and what
 *   `inspectAll` throws
 */
export async function planWorktree(
  deps: Dependencies,
  record: SessionRecord,
  checkout: Checkout,
  { cleanup, force, pastProcesses = false, leaves }: Destruction,
) {
  const keep = (reason: string) => ({
    step: { what: "worktree", action: "keep", reason } satisfies DestroyStep,
    forceGit: false,
    pastProcesses: false,
    fromInside: false,
    found: null,
    before: null,
    risk: null,
    surveyed: null,
  });
  if (!cleanup) return keep("it goes with --cleanup only");
  const begun = removalOf(record) !== null;
  const past = pastProcesses || force;
  const { found, before, meanwhile, risk: assessed } = await inspectAll(record, checkout, begun, () => {
    const standsInside = refuseInUse(deps, record, { action: "destroy", force: past, leaves });
    return {
      fromInside: standsInside && (leaves || !past),
      surveyed: survey(record.project?.worktree ?? ""),
    };
  });
  if (found.listed === null) {
    refuseMoved(checkout, record, found);
    return keep(found.exists ? LEFT : "it is gone already");
  }
  refuseInside(found.listed.path, found);
  const { fromInside, surveyed } = meanwhile();
  const gone = found.exists ? null : goneAt(checkout.main, checkout.repository.commonDir, found.listed.path);
  const risk = withLosses(await assessed(), gone === null || begun ? [] : await lossesOf(gone));
  const { lost: losses, needsForce, ignored } = risk;
  refuseStuck(record, found, risk.unseen, surveyed);
  const lost = begun && isOnlyMissing(risk) ? [] : losses.map(inWords);
  if (lost.length > 0 && !force) {
    throw fail("work_at_risk", {
      session: nameOf(record),
      path: found.listed.path,
      lost,
      files: risk.changed,
    });
  }
  const nothing = found.exists ? "nothing in it would be lost" : "its directory is gone already";
  const words = lost.length === 0 ? nothing : `with ${lost.join(", ")}`;
  const ignoredToo = withoutCopies(checkout.repository.root, found.listed.path, ignored);
  const { special } = surveyed;
  const reason = [
    words,
    ...ignoredToo.length === 0 ? [] : [`ignored files that go too: ${some(ignoredToo)}`],
    ...special.length === 0 ? [] : [`sockets and devices, which no undo brings back: ${some(special)}`],
  ].join("; ");
  const step: DestroyStep = { what: "worktree", action: "delete", reason };
  const forceGit = needsForce || losses.length > 0;
  return { step, forceGit, pastProcesses: past, fromInside, found, before, risk, surveyed };
}

const withLosses = (risk: Risk, more: readonly Loss[]): Risk => ({ ...risk, lost: [...risk.lost, ...more] });

/** Git knows where it is that moved it; what it holds is neither looked at nor removed by its old place. */
function refuseMoved({ repository }: Checkout, record: SessionRecord, { exists }: InspectedWorktree): void {
  const to = exists ? null : movedTo(repository, record);
  if (to === null) return;
  const { worktree: path = "" } = record.project ?? {};
  throw fail("worktree_moved", { session: nameOf(record), path, to: to.worktree });
}

/** Other worktrees inside are other people's: git would delete them with all that is in them. */
function refuseInside(path: string, { inside }: InspectedWorktree): void {
  const there = inside.filter((one) => existsSync(one));
  if (there.length > 0) throw fail("worktrees_inside", { path, inside: there });
}

/** Why the directory of a worktree stays that git could not remove to the end. */
const LEFT = "git has removed what it could, the rest is for you to delete";

/** Whether all that is amiss is that files are missing, as a removal leaves it that was stopped. */
export const isOnlyMissing = ({ lost }: Risk): boolean =>
  lost.every((loss) => loss.kind === "changed" && loss.missing === loss.count);
