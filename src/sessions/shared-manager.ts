import { inReach } from "../store/locks.ts";
import { createManager, type Manager } from "./manager.ts";
import type { Dependencies } from "./model/dependencies.ts";

/** The manager, with every answer awaited: what it is asked about is not on this machine. */
export type SharedManager = {
  readonly [K in keyof Manager]: (
    ...args: Parameters<Manager[K]>
  ) => Promise<Awaited<ReturnType<Manager[K]>>>;
};

const METHODS = [
  "create",
  "get",
  "byRole",
  "list",
  "count",
  "beginSpawn",
  "attach",
  "heartbeat",
  "countMessage",
  "markTerminating",
  "completeCleanup",
] as const satisfies readonly (keyof Manager)[];

/**
 * The manager of sessions in a store that several machines share. Each call sees the sessions as they are at its moment, and
 * changes them under the locks of that store, so managers on any number of machines do the work of one.
 */
export function createSharedManager(deps: Dependencies): SharedManager {
  const method = (name: keyof Manager) => async (...args: unknown[]) => {
    const store = await inReach(deps.store, { prefixes: ["sessions/"] });
    const manager = createManager({ ...deps, store });
    return await (manager[name] as (...args: unknown[]) => unknown)(...args);
  };
  return Object.fromEntries(METHODS.map((name) => [name, method(name)])) as unknown as SharedManager;
}
