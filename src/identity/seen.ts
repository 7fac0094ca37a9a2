import { type Variable, VARIABLES } from "../facts/facts.ts";
import { parseBinding } from "./binding.ts";
import { isHere } from "./binding-here.ts";
import { environmentWith, type Place } from "./place.ts";
import type { Hint, Source } from "./resolution.ts";

/** Belong to the variable before them, and say nothing alone. */
const COMPANIONS: readonly Variable[] = ["TMUX_PANE", "TERM_PROGRAM", "BERTH_RUN", "SSH_CLIENT"];

/**
 * Every variable that is there and was not asked about, for `berth explain`: who looks for the reason of an ID should
 * see that it was looked at.
 *
 * @param counted what the ID came from
 */
export function seen(place: Place, counted: Source | Variable): Hint[] {
  return VARIABLES.filter((name) =>
    !COMPANIONS.includes(name) && !place.hints.some((hint) => hint.name === name)
  )
    .flatMap((name) => {
      const value = environmentWith(place, name)[name];
      return value === undefined ? [] : [{ name, ...verdict(place, name, value, counted) }];
    });
}

function verdict(
  place: Place,
  name: Variable,
  value: string,
  counted: Source | Variable,
): Pick<Hint, "verdict" | "reason"> {
  switch (name) {
    case "BERTH_HOME":
      return { verdict: "believed", reason: "where state is kept; it does not count for the ID" };
    case "BERTH_EXTRA_RELAYS":
    case "BERTH_EXTRA_SHELLS":
      return { verdict: "believed", reason: "added to the programs that are known" };
    case "BERTH_SESSION_BIND":
      return bindingVerdict(place, value);
    default:
      return { verdict: "passed over", reason: `not asked: ${counted} counts before it` };
  }
}

function bindingVerdict(place: Place, value: string): Pick<Hint, "verdict" | "reason"> {
  const binding = parseBinding(value);
  if (binding === undefined) return { verdict: "passed over", reason: "not of a binding's form" };
  if (isHere(place, binding)) return { verdict: "believed", reason: "names the anchor that was found" };
  const { pid, tty } = binding.anchor;
  return { verdict: "passed over", reason: `inherited: bound to process ${pid} on ${tty ?? "no terminal"}` };
}
