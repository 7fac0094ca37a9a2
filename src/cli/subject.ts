import { BerthError, fail } from "../errors.ts";
import type { Anchor, Origin } from "../store/record.ts";
import { openStore } from "../store/open.ts";
import { selectSession } from "../store/select.ts";
import type { Subject } from "../sandbox/session.ts";
import { type Context, type Input, type Option, text } from "./command.ts";

export const ROOT_OPTION: Option = {
  flag: "--root <directory>",
  about: "Project root of a session that has none of its own",
};

/** The terminal that a record is made in, where all of it is known. */
function anchorOf({ resolution, facts }: Context): Anchor | undefined {
  const { anchor } = resolution();
  if (anchor === null || !facts.boot.ok || !facts.pidNamespace.ok) return undefined;
  const { pid, start, tty } = anchor;
  return { pid, start, tty, bootId: facts.boot.value, pidNamespace: facts.pidNamespace.value };
}

/** The session of this place, which need not have a record yet. */
function here(context: Context): { id: string; origin: Origin } {
  const { id, source, stable } = context.resolution();
  if (!stable) throw fail("no_stable_session", {});
  const anchor = anchorOf(context);
  return { id, origin: { source, ...anchor === undefined ? {} : { anchor } } };
}

/**
 * The session that a command works on, with its store.
 *
 * @param given an ID, a name, a label or a prefix; undefined for the session of this place
 * @throws `no_such_session`, `ambiguous_session`, `no_stable_session`
 */
export function subjectOf(context: Context, input: Input, command: string, given?: string): Subject {
  const warn = (words: string) => context.say(`berth: ${words}\n`);
  const store = openStore({ command: `berth ${command}`, now: context.now, warn });
  const root = text(input, "root");
  const more = root === undefined ? {} : { root };
  if (given === undefined) return { store, ...here(context), ...more };
  try {
    return { store, id: selectSession(store, given), ...more };
  } catch (error) {
    // The session of this place has a record only when something was kept of it.
    const isHere = () => context.resolution().stable && context.resolution().id === given;
    if (!(error instanceof BerthError) || error.code !== "no_such_session" || !isHere()) throw error;
    return { store, ...here(context), ...more };
  }
}
