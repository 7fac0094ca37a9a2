import { type Binding, parseBinding } from "./binding.ts";
import { isSame } from "./lineage.ts";
import { environmentWith, part, type Place } from "./place.ts";

/** The binding of our environment, or where that has none, of the nearest ancestor that has one. */
export function readBinding(place: Place): Binding | undefined {
  const { BERTH_SESSION_BIND } = environmentWith(place, "BERTH_SESSION_BIND");
  return BERTH_SESSION_BIND === undefined ? undefined : parseBinding(BERTH_SESSION_BIND);
}

/** Whether the walk of today arrives at the very anchor that the binding names. */
export function isHere(place: Place, binding: Binding): boolean {
  const { anchor } = place;
  return anchor !== undefined && isOurMachine(place, binding) && isSame(anchor, binding.anchor) &&
    anchor.sid === binding.anchor.sid && anchor.tty === binding.anchor.tty;
}

/** Whether a binding was made on this machine, since it was started. */
export const isOurMachine = (place: Place, binding: Binding): boolean =>
  isOurBoot(place, binding) && part(place.facts.pidNamespace) === binding.pidNamespace;

export const isOurBoot = ({ facts }: Place, { boot }: Binding): boolean => part(facts.boot) === boot;
