/** This machine's sessions, for others to see: published once, or as long as something runs. */
import { BerthError } from "../../errors/errors.ts";
import { openWatch } from "../../events/follow.ts";
import { factsReader } from "../../facts/open.ts";
import { join, type Lease, renew, RENEW_S } from "../../fleet/lease.ts";
import { publishSessions } from "../../fleet/publish.ts";
import type { Lock } from "../../store/backend.ts";
import { settingOf } from "../../store/config.ts";
import { hostOf } from "../../store/hosts.ts";
import { PUBLISH_LOCK } from "../../store/names.ts";
import type { Store } from "../../store/open.ts";
import type { SharedBackend } from "../../store/postgres/place.ts";
import { readRecord } from "../../store/read.ts";
import type { Context } from "../command.ts";
import { wholeShared } from "../mean/shared.ts";
import { sessionRows } from "./list.ts";
import { pause } from "./pause.ts";

/** Between two publications at least, in milliseconds: what changes all the time is not sent all the time. */
const APART_MS = 1000;
/** The last word of a command that ends may take so long, in milliseconds. */
const PARTING_MS = 300;

export interface Publisher {
  readonly context: Context;
  readonly local: Store;
  readonly backend: SharedBackend;
  readonly lease: Lease;
  /** What was sent last, by ID. */
  readonly sent: Map<string, string>;
}

/** The sessions as others see them; what is kept in them only where `shared.publishState` says so. */
async function published(context: Context, local: Store) {
  // A reader that is new: that of the context has its answers already.
  const rows = await sessionRows({ ...context, facts: (await factsReader(context.host))() }, local);
  if (settingOf(local, "shared.publishState") !== "true") return rows;
  return rows.map((row) => {
    const { sharedState, scriptState } = readRecord(local, row.id) ?? {};
    return sharedState === undefined ? row : { ...row, sharedState, scriptState };
  });
}

/** @returns how many have changed @throws `fenced` */
export const publishNow = async ({ context, local, backend, lease, sent }: Publisher): Promise<number> =>
  await publishSessions(backend, lease, await published(context, local), sent);

/** Publish what changes, and stay there, until `ended`. @throws `fenced`, and what a connection fails of */
export async function publishOn(publisher: Publisher, ended: Promise<unknown>): Promise<void> {
  const { local, backend, lease } = publisher;
  const { store } = backend.options;
  let isOver = false;
  void ended.then(() => isOver = true);
  using watcher = openWatch(local.backend.locate("events"));
  for (let renewed = performance.now(); !isOver;) {
    await Promise.race([watcher.change(RENEW_S * 1000), ended]);
    if (isOver) return;
    if (performance.now() - renewed > RENEW_S * 900) {
      await backend.pool.use((connection) => renew(connection, store, lease));
      renewed = performance.now();
    }
    await publishNow(publisher);
    await pause(APART_MS, ended);
  }
}

/** Publish until `ended`, in turn with whoever else of this machine does: one at a time. It fails of nothing. */
export async function takeTurns(context: Context, store: Store, ended: Promise<void>): Promise<void> {
  const local = { ...store, warn: () => {} };
  let isOver = false;
  void ended.then(() => isOver = true);
  for (; !isOver; await pause(RENEW_S * 1000, ended)) {
    try {
      const lock = await publishingLock(local);
      if (lock === null) continue;
      try {
        await turn(context, local, ended);
      } finally {
        await lock.release();
      }
    } catch (error) {
      if (!(error instanceof BerthError)) throw error;
      context.debug("not published", { code: error.code });
    }
  }
}

/** The lock of who publishes; null while somebody else does. */
export async function publishingLock(local: Store): Promise<Lock | null> {
  try {
    return await local.backend.lock(PUBLISH_LOCK, {
      waitMs: 0,
      what: "the right to publish",
      command: local.command,
    });
  } catch (error) {
    if (error instanceof BerthError) return null;
    throw error;
  }
}

async function turn(context: Context, local: Store, ended: Promise<void>): Promise<void> {
  const host = await hostOf(local);
  if (host === null) return;
  const { backend } = await wholeShared(context, local);
  const parted = ended.then(() => pause(PARTING_MS, new Promise(() => {})));
  const work = async () => {
    const lease = await backend.pool.use((connection) =>
      join(local, connection, backend.options.store, host)
    );
    const publisher = { context, local, backend, lease, sent: new Map<string, string>() };
    await publishNow(publisher);
    await publishOn(publisher, ended);
    await publishNow(publisher);
  };
  try {
    await Promise.race([work(), parted]);
  } finally {
    await backend[Symbol.asyncDispose]();
  }
}
