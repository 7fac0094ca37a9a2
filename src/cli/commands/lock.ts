import { BerthError, fail, quote } from "../../errors/errors.ts";
import { type Child, type Ended, SIGNALS } from "../../sessions/process/child.ts";
import type { Lock } from "../../store/backend.ts";
import { fileName, LOCK_END } from "../../store/names.ts";
import { mayBeShared } from "../../store/namespaces.ts";
import { type Command, type Context, type Input } from "../command.ts";
import { storeOf, WAIT } from "../mean/session.ts";
import { leave } from "./leave.ts";
import { startHere } from "./start-here.ts";

/** How long a command whose lock was lost has to end by itself, in milliseconds. */
const GRACE_MS = 10_000;

export const lock: Command = {
  usage: "lock <name> -- <command>",
  about: "Run a command while nobody else holds a lock of that name",
  details: [
    "Its exit status is the command's, as a shell has it. The lock is free when the command has ended, however that",
    "came. A name like team--deploy is of the shared store: then no other machine runs it either. A lock that is lost",
    "there (a network that broke) ends the command: TERM, after ten seconds KILL, exit status 5 (lock_lost).",
  ],
  options: [{ ...WAIT, about: "Wait this long for whoever holds it (5)" }],
  examples: ["berth lock nightly -- ./backup.sh", "berth lock team--deploy --wait 600 -- make deploy"],
  async run(context, input) {
    const command = input.rest ?? [];
    const [name = ""] = input.args;
    if (command.length === 0) {
      throw fail("missing_argument", { command: "lock", usage: "lock <name> -- <command>" });
    }
    if (!/^[A-Za-z0-9._-]{1,80}$/.test(name)) throw fail("bad_lock_name", { name });
    const { held, pauseMs } = await taken(context, input, name);
    try {
      const child = await startHere(context, command);
      return leave(await watched(child, held, pauseMs));
    } finally {
      await held.release();
    }
  },
};

async function taken(context: Context, input: Input, name: string): Promise<{ held: Lock; pauseMs: number }> {
  const local = storeOf(context, input, "lock");
  const request = { waitMs: local.waitMs, what: quote(name), command: local.command };
  if (mayBeShared(name)) {
    const { sharedStore } = await import("../mean/shared.ts");
    const { readShared } = await import("../../fleet/shared.ts");
    const shared = await sharedStore(context, local, name, "lock");
    // Of a key space of their own, so that commands inside of the command do not wait for it.
    if (shared !== null) {
      const { idleMs } = readShared(local, context.host.variables);
      return { held: await shared.backend.lock(`lock/${name}`, request), pauseMs: idleMs / 4 };
    }
  }
  return { held: await local.backend.lock(`locks/named-${fileName(name)}${LOCK_END}`, request), pauseMs: 0 };
}

/** Wait for the command, and end it when the lock is lost meanwhile. @throws `lock_lost` */
async function watched(child: Child, held: Lock, pauseMs: number): Promise<Ended> {
  const ended = child.ended.then((how) => ({ how }));
  for (;;) {
    const first = held.check === undefined ? await ended : await Promise.race([ended, pause(pauseMs)]);
    if (first !== null) return first.how;
    try {
      await held.check?.();
    } catch (error) {
      if (!(error instanceof BerthError)) throw error;
      await ending(child);
      throw error;
    }
  }
}

async function ending(child: Child): Promise<void> {
  child.signal(SIGNALS.SIGTERM);
  const late = setTimeout(() => child.signal(SIGNALS.SIGKILL), GRACE_MS);
  await child.ended;
  clearTimeout(late);
}

const pause = (ms: number) => new Promise<null>((resolve) => setTimeout(() => resolve(null), ms));
