import type { Facts } from "../facts/facts.ts";
import { anchorId } from "./anchor.ts";
import { formatBinding, isHere, isLeftBehind, parseBinding } from "./binding.ts";
import { conversation } from "./conversation.ts";
import { guiTerminal } from "./gui-terminal.ts";
import { foundId, splitId } from "./id.ts";
import { screen, tmux, zellij } from "./multiplexers.ts";
import { type Answer, believe, environmentWith, findPlace, passOver, type Place } from "./place.ts";
import type { Request, Resolution, ResolverDependencies } from "./resolution.ts";
import { ssh } from "./ssh.ts";
import { placeByBinding } from "./windows-binding.ts";

type Row = (place: Place) => Answer | undefined;

/** The hierarchy below what is given outright. The order is the specification: the first answer counts. */
const ROWS: readonly Row[] = [
  use,
  tmux,
  screen,
  zellij,
  ssh,
  guiTerminal,
  leftBehind,
  conversation,
  deepAnchor,
];

/** Those that need no variable to answer. */
const ROWS_WITHOUT_HINT: readonly Row[] = [ssh, conversation, deepAnchor];

/**
 * Which session is this? Pure: the same facts give the same answer, except for the random one of last resort.
 *
 * @param facts what is known of the machine; only what the decision asks for is read
 * @throws BerthError a usage error, when the label given by `--session-id` or `BERTH_SESSION` cannot be one
 */
export function resolve(facts: Facts, request: Request, deps: ResolverDependencies): Resolution {
  const given = request.terminalOnly ? undefined : request.label ?? facts.variables.BERTH_SESSION;
  return given === undefined ? found(facts, request, deps) : explicit(given, facts, request, deps);
}

function found(facts: Facts, request: Request, deps: ResolverDependencies): Resolution {
  const here = findPlace(facts, deps, request);
  const place = typeof BERTH_SYSTEM === "string" && BERTH_SYSTEM !== "win32" ? here : placeByBinding(here);
  const rows = place.environments.length === 0 ? ROWS_WITHOUT_HINT : ROWS;
  for (let at = 0; at < rows.length; at++) {
    const answer = rows[at]?.(place);
    if (answer !== undefined) return resolution(place, answer);
  }
  return resolution(place, { id: foundId("uuid", deps.randomUuid()), source: "uuid-fallback" });
}

/** What the user says counts, and nothing else is looked at. */
function explicit(text: string, facts: Facts, request: Request, deps: ResolverDependencies): Resolution {
  const { label, scope } = request;
  const [source, name] = label === undefined
    ? ["explicit-env" as const, "BERTH_SESSION"]
    : ["explicit-flag" as const, "--session-id"];
  const hints = [{ name, verdict: "believed" as const, reason: "given outright" }];
  const id = deps.spell(text);
  return {
    id,
    source,
    scope,
    stable: true,
    unstable: null,
    anchor: null,
    // Of the terminal, whatever its session is called: a `berth use` typed here before counts again afterwards.
    binding: () => found(facts, request, deps).binding(),
    chain: [],
    notes: {},
    hints,
  };
}

function resolution(place: Place, answer: Answer): Resolution {
  const { id, source, anchor, placeNamespace } = answer;
  const { facts, notes, hints, request: { scope } } = place;
  const stands = source === "uuid-fallback" ? undefined : anchor ?? place.anchor;
  const binding = () =>
    stands === undefined ? "" : formatBinding(facts, stands, placeNamespace ?? splitId(id).namespace ?? "ex");
  const unstable = answer.unstable ??
    (source === "uuid-fallback" ? "nothing here outlives this command" : null);
  return {
    id,
    source,
    scope,
    stable: unstable === null,
    unstable,
    anchor: stands ?? null,
    binding,
    chain: place.foreign.length === 0 ? place.chain : [...place.chain, ...place.foreign],
    notes,
    hints,
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
  if (!here && !isLeftBehind(place, binding)) {
    return passOver(place, "BERTH_USE", "inherited: it is bound to another terminal");
  }
  const id = spelled(BERTH_USE, place.deps);
  if (id === undefined) return passOver(place, "BERTH_USE", "not a session's label or ID");
  believe(place, "BERTH_USE", "bound to this terminal");
  return {
    id,
    source: "use",
    placeNamespace: binding.idNamespace,
    ...here ? {} : { anchor: binding.anchor },
  };
}

function spelled(label: string, { spell }: ResolverDependencies): string | undefined {
  try {
    return spell(label);
  } catch {
    return undefined;
  }
}

/** What a session leader leaves behind when it ends (a connection that broke) still belongs to its session. */
function leftBehind(place: Place): Answer | undefined {
  if (place.terminal !== undefined && place.terminal.anchor.sid === place.terminal.anchor.pid) {
    return undefined;
  }
  const { BERTH_SESSION_BIND } = environmentWith(place, "BERTH_SESSION_BIND");
  const binding = BERTH_SESSION_BIND === undefined ? undefined : parseBinding(BERTH_SESSION_BIND);
  if (binding === undefined || !isLeftBehind(place, binding)) return undefined;
  const id = anchorId(place, binding.anchor, binding.idNamespace === "ssh" ? "ssh" : "anchor");
  if (id === undefined) return undefined;
  believe(
    place,
    "BERTH_SESSION_BIND",
    `the session leader, process ${binding.anchor.pid}, is gone and we are of its session`,
  );
  return {
    id,
    source: binding.idNamespace === "ssh" ? "ssh-ancestor" : "deep-anchor",
    anchor: binding.anchor,
  };
}

function deepAnchor(place: Place): Answer | undefined {
  const { anchor, facts, terminal } = place;
  if (anchor === undefined) return undefined;
  const id = anchorId(place, anchor, "anchor");
  if (id === undefined) return undefined;
  const alone = anchor.pid === facts.self && (terminal === undefined || terminal.standIn);
  return { id, source: "deep-anchor", ...alone ? { unstable: ALONE } : {} };
}

/** `bash -c 'a; b'` lets b take its place, and then b is what a was known by; a service's one program looks the same. */
const ALONE = "this command is all that its job is known by";
