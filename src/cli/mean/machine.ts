import { type Machine, machineFrom } from "../../store/liveness.ts";
import type { Store } from "../../store/open.ts";
import type { Context } from "../command.ts";

/** What a session's liveness is told by here. */
export const machineOf = ({ facts }: Context, store: Store): Machine => machineFrom(facts, store);
