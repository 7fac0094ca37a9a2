import { type Machine, pidExists, remembering } from "../store/liveness.ts";
import type { Context } from "./command.ts";

/** What a session's liveness is told by here. */
export function machineOf({ facts }: Context): Machine {
  return remembering({
    process: (pid) => facts.process(pid),
    boot: facts.boot,
    pidNamespace: facts.pidNamespace,
    exists: pidExists,
  });
}
