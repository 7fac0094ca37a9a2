import { fail } from "../../errors/errors.ts";
import type { Variables } from "../../facts/facts.ts";
import { shortId } from "../../identity/id.ts";
import type { Resolution } from "../../identity/resolution.ts";
import type { Context } from "../command.ts";

/**
 * What the shell's function takes from the standard output of `use` and `refresh`: a line that says so, then what
 * is to be exported as BERTH_USE (empty: nothing), the ID, the binding and the short ID, a line each. What comes
 * after is for the user.
 */
export function tellHook(context: Context, use: string, id: string, binding: string): void {
  context.out(`berth-hook\n${use}\n${id}\n${binding}\n${shortId(id)}\n`);
}

/** Only the shell itself can change its variables. @throws BerthError no_hook when its function did not call us */
export function checkHook(context: Context, command: string): void {
  if (!context.host.variables["BERTH_HOOK"]) throw fail("no_hook", { command });
}

/** This terminal, whatever session was chosen for it. @throws BerthError no_stable_session where there is none */
export function ownTerminal(context: Context): Resolution {
  const { facts, deps, request: { scope } } = context;
  const terminal = context.decide(facts, { scope, terminalOnly: true }, deps);
  if (terminal.unstable !== null) throw fail("no_stable_session", { why: terminal.unstable });
  return terminal;
}

/**
 * What `berth use` chose for this terminal, empty without it. Below BERTH_SESSION it does not count, but will again.
 * Where the environment was stripped (sudo, env -i) the variable is an ancestor's, and the ID tells.
 */
export function chosenUse({ id, source, binding }: Resolution, variables: Variables): string {
  if (source === "use") return id;
  const { BERTH_USE = "", BERTH_SESSION_BIND } = variables;
  return BERTH_USE !== "" && BERTH_SESSION_BIND === binding() ? BERTH_USE : "";
}
