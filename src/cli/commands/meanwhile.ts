/** What is done beside a command that runs: its machine's sessions are published, where there is a shared store. */
import { BerthError } from "../../errors/errors.ts";
import { CONFIG } from "../../store/names.ts";
import type { Store } from "../../store/open.ts";
import type { Context } from "../command.ts";
import { pause } from "./pause.ts";

/** What ends sooner is not worth a connection; in milliseconds. */
const START_MS = 1000;

/**
 * Publish this machine's sessions until it is disposed of, where nobody else of this machine does. The command neither
 * waits for it, but for a last word, nor fails of it.
 */
export function publishingMeanwhile(context: Context, store: Store): AsyncDisposable {
  const ended = Promise.withResolvers<void>();
  const done = begin(context, store, ended.promise);
  return {
    async [Symbol.asyncDispose]() {
      ended.resolve();
      await done;
    },
  };
}

async function begin(context: Context, store: Store, ended: Promise<void>): Promise<void> {
  if (await pause(START_MS, ended) === "ended" || !await hasShared(context, store)) return;
  const { takeTurns } = await import("./publishing.ts");
  await takeTurns(context, store, ended);
}

/** Whether this machine knows of a shared store; without one nothing of it is loaded. */
export async function hasShared({ host }: Context, store: Store): Promise<boolean> {
  if (host.variables["BERTH_SHARED_URL"]) return true;
  try {
    if (store.backend.stat(CONFIG) === null) return false;
    const { settingOf } = await import("../../store/config.ts");
    return (settingOf(store, "shared.url") ?? "") !== "";
  } catch (error) {
    if (error instanceof BerthError) return false;
    throw error;
  }
}
