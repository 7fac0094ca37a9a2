import { pipe, regex, string } from "valibot";
import { BerthError, fail } from "../../errors/errors.ts";
import { type BerthEvent, TYPES } from "../../events/event.ts";
import { followEvents } from "../../events/follow.ts";
import { readEvents } from "../../events/read.ts";
import { shortId } from "../../identity/id.ts";
import { meantBy } from "../mean/selected.ts";
import type { Store } from "../../store/open.ts";
import { type Command, type Context, flag, type Input, text } from "../command.ts";
import { coloursOf } from "../say/colours.ts";
import { onOneLine } from "../line/value.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { storeOf } from "../mean/session.ts";

const KINDS = ["session", "run", "status", "worktree", "agent", "hook", "store"] as const;
const WANTED = [...TYPES, ...KINDS];

export const events: Command = {
  usage: "events",
  about: "Print what happened to sessions, runs and agents, and follow along",
  details: [
    "One JSON object a line: v, seq, time, host, boot, session, type, data. On a terminal a line for people; --json",
    "is for programs there too. seq grows and never comes twice; where numbers are missing stands a line of the type",
    "resync. Types that you do not know are to be passed over. No value and no prompt stands in an event.",
    "Of the shared store (--fleet) each has a position, too: events come in the order of those, not of seq.",
    SESSION_HELP,
  ],
  options: [
    { flag: "--fleet", about: "What happened in the shared store, on whatever machine" },
    { flag: "--follow", about: "Go on printing what comes, until ^C" },
    {
      flag: "--since <seq>",
      about: "Only what came after this seq; with --fleet also after this position",
      schema: pipe(string(), regex(/^\d{1,15}(\/\d{1,15})?$/)),
      wanted: "a whole number, or with --fleet a position (734/12)",
    },
    { flag: "--session <session>", about: "Only the events of this session" },
    {
      flag: "--type <type>",
      about: "Only this type, or all that begin with it: session, run, status, worktree, agent, hook, store",
      oneOf: WANTED,
      wanted: WANTED.join(", "),
    },
  ],
  examples: [
    "berth events",
    "berth events --follow --type agent",
    "berth events --since 120 --json",
    "berth events --fleet --since 734/12 --follow",
  ],
  async run(context, input) {
    const store = storeOf(context, input, "events");
    if (flag(input, "fleet")) return await printFleet(context, input, store);
    const directory = store.backend.locate("events");
    const since = numberOf(text(input, "since") ?? "0");
    const wanted = filterOf(context, input, store, text(input, "session"), text(input, "type"));
    const print = printerOf(context);
    if (!flag(input, "follow")) {
      for (const event of readEvents(directory, since)) if (wanted(event)) print(event);
      return;
    }
    for await (const event of followEvents(directory, since)) if (wanted(event)) print(event);
  },
};

/** @throws `bad_option_value` for a place in the shared store */
function numberOf(since: string): number {
  if (!since.includes("/")) return Number(since);
  throw fail("bad_option_value", {
    option: "since",
    value: since,
    wanted: "a whole number (a position: with --fleet)",
  });
}

async function printFleet(context: Context, input: Input, store: Store): Promise<void> {
  const { listenSettings, wholeShared } = await import("../mean/shared.ts");
  const { eventsAfter, followShared, positionOf } = await import("../../fleet/shared-events.ts");
  const { backend } = await wholeShared(context, store);
  const wanted = filterOf(context, input, store, text(input, "session"), text(input, "type"));
  const print = printerOf(context);
  const from = await positionOf(backend, text(input, "since") ?? "0/0");
  const found = flag(input, "follow")
    ? followShared(backend, from, await listenSettings(context, backend))
    : eventsAfter(backend, from);
  for await (const { event } of found) {
    const one = event as unknown as BerthEvent;
    if (wanted(one)) print(one);
  }
}

/** @throws `no_such_session`, `ambiguous_session`; an ID need not be there any more */
function filterOf(
  context: Context,
  input: Input,
  store: Store,
  session: string | undefined,
  type: string | undefined,
) {
  const id = session === undefined ? undefined : idOf(context, input, store, session);
  return (event: BerthEvent): boolean => {
    // What is missing may have been of any session and type.
    if (event.type === "resync") return true;
    return (id === undefined || event.session === id) &&
      (type === undefined || event.type === type || event.type.startsWith(`${type}.`));
  };
}

function idOf(context: Context, input: Input, store: Store, given: string): string {
  try {
    return meantBy(context, store, input, given, "look");
  } catch (error) {
    if (error instanceof BerthError && error.code === "no_such_session" && given.includes("--")) return given;
    throw error;
  }
}

function printerOf(context: Context): (event: BerthEvent) => void {
  if (context.json || !context.host.isTerminal(1)) {
    return (event) => context.out(`${JSON.stringify(event)}\n`);
  }
  const colours = coloursOf(context.host);
  return ({ seq, time, session, type, data }) => {
    const details = Object.entries(data).filter(([, value]) => value !== null)
      .map(([key, value]) => `${key}=${onOneLine(value)}`);
    const words = [time, session === null ? "-" : shortId(session), type, ...details];
    const shown = words.map(onOneLine).with(2, colours.heading(onOneLine(type)));
    context.out(`${String(seq).padStart(6)}  ${shown.join("  ")}\n`);
  };
}
