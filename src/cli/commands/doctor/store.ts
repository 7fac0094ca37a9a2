import process from "node:process";
import { BerthError, quote, quotePath } from "../../../errors/errors.ts";
import { damagedWorkspaces, repairWorkspace } from "../../../sessions/workspace/workspace-repair.ts";
import { checkDirectory } from "../../../store/directory.ts";
import { findLeftovers, removeLeftovers } from "../../../store/leftovers.ts";
import { type ListedRecord, listRecords } from "../../../store/list.ts";
import { readConfig } from "../../../store/config.ts";
import { repairConfig, repairRecord } from "../../../store/repair.ts";
import type { Store } from "../../../store/open.ts";
import { leftoverAction } from "../../say/actions.ts";
import type { Context, Input } from "../../command.ts";
import type { Finding } from "./finding.ts";
import { hostFindings } from "./host.ts";
import { writeFindings } from "./limits.ts";
import { storeOf } from "../../mean/session.ts";

/**
 * What is amiss in the store, and with `fix` put right: leftovers removed, damaged records moved to quarantine. A
 * newer record is never touched.
 */
export async function storeFindings(context: Context, input: Input, fix: boolean): Promise<Finding[]> {
  try {
    const store = storeOf(context, input, "doctor");
    return [
      ...openFindings(store),
      ...writeFindings(store),
      ...await hostFindings(context, store, fix),
      ...await configFindings(store, fix),
      ...await recordFindings(store, fix),
      ...await workspaceFindings(store, fix),
      ...await leftoverFindings(store, fix),
      ...await eventFindings(context, store, fix),
      ...quarantineFindings(store),
    ];
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    return [{ code: error.code, message: error.message, hint: error.hint, broken: true, fixed: false }];
  }
}

/** That others may look into the store. Who writes to it closes it where that can be done. */
function openFindings(store: Store): Finding[] {
  const root = store.backend.locate("").replace(/[\\/]$/, "");
  const mode = process.getuid === undefined ? null : checkDirectory(root);
  if (mode === null || (mode & 0o077) === 0) return [];
  const message = `${quotePath(root)} is open to other users (mode ${mode.toString(8).padStart(4, "0")})`;
  const hint = `Type "chmod 700 ${root}"; where that changes nothing, mount its file system for you alone`;
  return [{ code: "store_open", message, hint, broken: false, fixed: false }];
}

async function configFindings(store: Store, fix: boolean): Promise<Finding[]> {
  try {
    readConfig(store);
    return [];
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    const { code, message } = error;
    const moved = fix && code === "corrupt_record" ? await repairConfig(store) : null;
    const hint = moved === null
      ? error.hint
      : `The defaults hold; it is kept in ${quotePath(store.backend.locate(moved))}`;
    return [{ code, message, hint, broken: true, fixed: moved !== null }];
  }
}

async function recordFindings(store: Store, fix: boolean): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const folder of ["sessions", "archive"] as const) {
    for (const listed of listRecords(store, folder)) {
      if (!("record" in listed)) found.push(await recordFinding(store, listed, fix));
    }
  }
  return found;
}

async function recordFinding(
  store: Store,
  listed: Exclude<ListedRecord, { record: unknown }>,
  fix: boolean,
): Promise<Finding> {
  const message = `Cannot use ${quotePath(store.backend.locate(listed.name))}: ${listed.reason}`;
  if (listed.newer) {
    const hint = "Use the newer berth; the file stays as it is";
    return { code: "newer_record", message, hint, broken: true, fixed: false };
  }
  const moved = fix ? await repairRecord(store, listed.name) : null;
  const hint = moved === null
    ? `Type "berth doctor --fix" to move it into quarantine`
    : `Its bytes are kept in ${quotePath(store.backend.locate(moved))}`;
  return { code: "corrupt_record", message, hint, broken: true, fixed: moved !== null };
}

async function workspaceFindings(store: Store, fix: boolean): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const name of damagedWorkspaces(store)) {
    const moved = fix ? await repairWorkspace(store, name) : null;
    const hint = moved === null
      ? `Type "berth doctor --fix" to move it into quarantine`
      : `Its bytes are kept in ${quotePath(store.backend.locate(moved))}; hooks there are to be trusted anew`;
    const message = `Cannot use ${quotePath(store.backend.locate(name))}: it is no workspace document`;
    found.push({ code: "corrupt_record", message, hint, broken: true, fixed: moved !== null });
  }
  return found;
}

async function leftoverFindings(store: Store, fix: boolean): Promise<Finding[]> {
  const hint = fix ? "It was removed" : `Type "berth doctor --fix" to remove it`;
  return (fix ? await removeLeftovers(store) : await findLeftovers(store)).map((one) => {
    const { file = "", reason } = leftoverAction(store, one);
    return {
      code: `orphaned_${one.kind}`,
      message: `${quotePath(file)} is ${reason}`,
      hint,
      broken: true,
      fixed: fix,
    };
  });
}

/** Changes that stand in no event: whoever follows them has missed one. */
async function eventFindings({ facts, now }: Context, store: Store, fix: boolean): Promise<Finding[]> {
  const { lostEvents } = await import("../../../events/lost.ts");
  const { tellLate } = await import("../../../events/observe.ts");
  const records = () => [...listRecords(store)].flatMap((one) => "record" in one ? [one.record] : []);
  const lost = lostEvents(store.backend.locate("events"), records, now());
  const fixed = fix && lost.length > 0 && await tellLate(store, facts.boot, lost);
  return lost.map(({ id, name, updatedAt }) => ({
    code: "event_lost",
    message: `The change of session ${quote(name ?? id)} at ${updatedAt} stands in no event`,
    hint: fixed ? "It was told late" : `Type "berth doctor --fix" to tell it to those who follow`,
    broken: false,
    fixed,
  }));
}

function quarantineFindings(store: Store): Finding[] {
  return store.backend.list("quarantine").map((base) => ({
    code: "quarantined_record",
    message: `${quotePath(store.backend.locate(`quarantine/${base}`))} holds a record that could not be used`,
    hint: `Look for what can be saved; "berth purge" removes it when it is old`,
    broken: false,
    fixed: false,
  }));
}
