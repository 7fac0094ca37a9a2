import { unknown } from "../../facts/facts.ts";
import type { Facts } from "../../facts/facts.ts";
import { resolve } from "../../identity/resolve.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Context } from "../command.ts";

/**
 * Tell which record is this place's without starting a process, which `list` must not. tmux would have to be asked;
 * instead the hook's answer counts where it was given for this terminal, or the record that this terminal wrote.
 */
export function currentWithoutAsking(context: Context): (record: SessionRecord) => boolean {
  const { facts, host, request, deps } = context;
  const resolution = resolve(silentFacts(facts), request, deps);
  if (!resolution.stable) return () => false;
  if (facts.variables.TMUX === undefined || resolution.anchor === null) {
    return ({ id }) => id === resolution.id;
  }
  const exported = boundHere(host.variables, resolution.binding())
    ? host.variables["BERTH_SESSION_ID"]
    : undefined;
  const { pid, start } = resolution.anchor;
  const ours = ({ id, source, anchor }: SessionRecord) =>
    exported === undefined
      ? source === "tmux" && anchor?.pid === pid && anchor.start === start
      : id === exported;
  return (record) => record.id === resolution.id || ours(record);
}

/** The facts of this machine, of which nobody is asked by a process of ours. */
function silentFacts(facts: Facts): Facts {
  const silent: Facts = Object.create(facts);
  return Object.defineProperty(silent, "tmux", { value: () => unknown("not asked") });
}

/** Whether the hook's binding names the anchor found now. What it says of the ID's namespace is not compared. */
function boundHere(variables: Readonly<Record<string, string | undefined>>, binding: string): boolean {
  const anchor = (text: string) => text.slice(0, text.lastIndexOf(","));
  const bound = variables["BERTH_SESSION_BIND"];
  return bound !== undefined && binding !== "" && anchor(bound) === anchor(binding);
}
