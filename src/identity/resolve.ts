import type { Facts, Process } from "../facts/facts.ts";
import { anchorId } from "./anchor.ts";
import { bindingOf, formatBinding, parseBinding } from "./binding.ts";
import { isHere } from "./binding-here.ts";
import { bound, whyBound, whyUnsure } from "./bound.ts";
import { conversation } from "./conversation.ts";
import { guiTerminal } from "./gui-terminal.ts";
import { foundId } from "./id.ts";
import { screen, serverAlone, tmux, zellij } from "./multiplexers.ts";
import { type Answer, believe, environmentWith, findPlace, passOver, type Place } from "./place.ts";
import { is, isRecorder } from "./programs.ts";
import type { Request, Resolution, ResolverDependencies } from "./resolution.ts";
import { type Given, given } from "./given.ts";
import { seen } from "./seen.ts";
import { ssh } from "./ssh.ts";
import { placeByBinding } from "./windows-binding.ts";

type Row = (place: Place) => Answer | undefined;

/** The hierarchy below what is given outright. The order is the specification: the first answer counts. */
const ROWS: readonly Row[] = [
  use,
  tmux,
  screen,
  zellij,
  serverAlone,
  ssh,
  guiTerminal,
  bound,
  conversation,
  deepAnchor,
];

/** Those that need no variable to answer. */
const ROWS_WITHOUT_HINT: readonly Row[] = [serverAlone, ssh, conversation, deepAnchor];

/**
 * Which session is this? Pure: the same facts give the same answer, except for the random one of last resort.
 *
 * @param facts what is known of the machine; only what the decision asks for is read
 * @throws BerthError a usage error, when the label given by `--session-id` or `BERTH_SESSION` cannot be one
 */
export function resolve(facts: Facts, request: Request, deps: ResolverDependencies): Resolution {
  const { label } = request;
  return label === undefined || request.terminalOnly
    ? found(facts, request, deps)
    : flagged(label, facts, request, deps);
}

function found(facts: Facts, request: Request, deps: ResolverDependencies): Resolution {
  const here = findPlace(facts, deps, request);
  const place = typeof BERTH_SYSTEM === "string" && BERTH_SYSTEM !== "win32" ? here : placeByBinding(here);
  const bare = place.environments.length === 0;
  const own = request.terminalOnly ? undefined : given(place);
  if (own !== undefined) return explicit(place, own);
  const rows = bare ? ROWS_WITHOUT_HINT : ROWS;
  for (let at = 0; at < rows.length; at++) {
    const answer = rows[at]?.(place);
    if (answer !== undefined) return resolution(place, answer);
  }
  return resolution(place, { id: foundId("uuid", deps.randomUuid()), source: "uuid-fallback" });
}

/** What is said on the command line counts, and nothing else is looked at. */
function flagged(label: string, facts: Facts, request: Request, deps: ResolverDependencies): Resolution {
  const id = deps.spell(label);
  return {
    id,
    source: "explicit-flag",
    scope: request.scope,
    stable: true,
    unstable: null,
    anchor: null,
    home: undefined,
    bound: undefined,
    binding: () => terminalBinding(facts, request, deps),
    chain: [],
    notes: {},
    hints: [{ name: "--session-id", verdict: "believed", reason: "given outright" }],
    seen: () => [],
  };
}

/** Of the terminal, whatever its session is called: a `berth use` typed here before counts again afterwards. */
const terminalBinding = (facts: Facts, { of }: Request, deps: ResolverDependencies): string =>
  found(facts, { scope: "session", terminalOnly: true, ...of === undefined ? {} : { of } }, deps).binding();

function explicit(place: Place, { label, home }: Given): Resolution {
  const { facts, deps, request, notes, hints } = place;
  return {
    id: deps.spell(label),
    source: "explicit-env",
    scope: request.scope,
    stable: true,
    unstable: null,
    anchor: null,
    home,
    bound: undefined,
    binding: () => terminalBinding(facts, request, deps),
    chain: chainOf(place),
    notes,
    hints,
    seen: () => seen(place, "BERTH_SESSION"),
  };
}

const chainOf = ({ chain, foreign }: Place) => foreign.length === 0 ? chain : [...chain, ...foreign];

function resolution(place: Place, answer: Answer): Resolution {
  const { id, source, anchor, binding } = answer;
  const { facts, deps, notes, hints, request } = place;
  const stands = source === "uuid-fallback" ? undefined : anchor ?? place.anchor;
  const own = source !== "use" && request.scope === "session";
  const unstable = answer.unstable ??
    (source === "uuid-fallback" ? "nothing here outlives this command" : null);
  return {
    id,
    source,
    scope: request.scope,
    stable: unstable === null,
    unstable,
    anchor: stands ?? null,
    home: undefined,
    bound: binding,
    binding() {
      if (binding !== undefined) return formatBinding(binding);
      if (stands === undefined) return "";
      return own ? formatBinding(bindingOf(facts, stands, id)) : terminalBinding(facts, request, deps);
    },
    chain: chainOf(place),
    notes,
    hints,
    seen: () => seen(place, source),
  };
}

/**
 * `berth use`: counts in the terminal that it was typed in, and nowhere that it was inherited to. An environment
 * with the binding alone says that there is none any more, whatever an outer shell was started with.
 */
function use(place: Place): Answer | undefined {
  if (place.request.terminalOnly) return undefined;
  const { BERTH_USE, BERTH_SESSION_BIND } = environmentWith(place, "BERTH_USE", "BERTH_SESSION_BIND");
  if (BERTH_USE === undefined) return undefined;
  const binding = parseBinding(BERTH_SESSION_BIND ?? "");
  if (binding === undefined) {
    return passOver(place, "BERTH_USE", "no binding beside it says for which terminal");
  }
  const here = isHere(place, binding);
  if (!here && whyBound(place, binding) === undefined) {
    return passOver(place, "BERTH_USE", "inherited: it is bound to another terminal");
  }
  const id = spelled(BERTH_USE, place.deps);
  if (id === undefined) return passOver(place, "BERTH_USE", "not a session's label or ID");
  believe(place, "BERTH_USE", "bound to this terminal");
  return { id, source: "use", ...here ? {} : { anchor: binding.anchor, binding } };
}

function spelled(label: string, { spell }: ResolverDependencies): string | undefined {
  try {
    return spell(label);
  } catch {
    return undefined;
  }
}

function deepAnchor(place: Place): Answer | undefined {
  const { anchor, terminal } = place;
  if (anchor === undefined) return undefined;
  const id = anchorId(place, anchor, "anchor");
  if (id === undefined) return undefined;
  const alone = terminal === undefined || terminal.standIn ? isAlone(place, anchor) : false;
  const unstable = alone ? ALONE : whyUnsure(place);
  return { id, source: "deep-anchor", ...unstable === undefined ? {} : { unstable } };
}

/** Whether a job is nothing but ourselves, in a terminal that `script` and its like made for us or without one. */
function isAlone({ facts, chain }: Place, anchor: Process): boolean {
  if (anchor.pid === facts.self) return true;
  return chain[0]?.pid === facts.self && chain[1]?.pid === anchor.pid && is(facts, anchor, isRecorder);
}

/** `bash -c 'a; b'` lets b take its place, and then b is what a was known by; a service's one program looks the same. */
const ALONE = "this command is all that its job is known by";
