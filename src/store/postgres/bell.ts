import { BerthError } from "../../errors/errors.ts";
import { connect } from "./connection.ts";
import type { Settings } from "./settings.ts";

/** How long a notification of our own may take to come back, in milliseconds. */
const TEST_MS = 500;
/** Between two looks, whether it rings or not: what rings only makes them come sooner. */
const PAUSE_MS = 2000;

/** Says that something may have changed. What rings says nothing else, and need not ring: looking counts. */
export interface Bell extends AsyncDisposable {
  /** Whether it rings at all; a pooler may swallow it. */
  readonly rings: boolean;
  readonly pauseMs: number;
  /** Until it rings, or the time is over. */
  change(ms: number): Promise<void>;
}

/** Listen on a connection of our own. Where that cannot be done, nothing rings. */
export async function openBell(settings: Settings): Promise<Bell> {
  const waiting = new Set<() => void>();
  let rung = false;
  const ring = () => {
    rung = true;
    for (const wake of waiting) wake();
  };
  const heard = async (ms: number): Promise<boolean> => {
    if (!rung) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.max(0, ms));
        waiting.add(wake);
      });
    }
    const was = rung;
    rung = false;
    return was;
  };
  const connection = await listening(settings, ring);
  const rings = connection !== null && await tested(settings) && await heard(TEST_MS);
  return {
    rings,
    pauseMs: PAUSE_MS,
    change: async (ms) => void await heard(ms),
    [Symbol.asyncDispose]: async () => await connection?.close(),
  };
}

/**
 * Our own notification has to come, by another connection: a pooler takes LISTEN, and then nothing comes but what the same
 * connection to the server says while we ask it something.
 */
async function tested(settings: Settings): Promise<boolean> {
  try {
    await using other = await connect(settings);
    await other.ask("select pg_notify('berth', '')");
    return true;
  } catch (error) {
    if (error instanceof BerthError) return false;
    throw error;
  }
}

async function listening(settings: Settings, ring: () => void) {
  try {
    const connection = await connect(settings, ring);
    await connection.ask("listen berth");
    return connection;
  } catch (error) {
    if (error instanceof BerthError) return null;
    throw error;
  }
}
