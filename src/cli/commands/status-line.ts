import type { AgentRow } from "../../agents/evidence.ts";
import { openFacts } from "../../facts/open.ts";
import type { Host } from "../../facts/host.ts";
import { shortId } from "../../identity/id.ts";
import { resolve } from "../../identity/resolve.ts";
import type { Resolution } from "../../identity/resolution.ts";
import type { Store } from "../../store/open.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import { type Command, type Context, type Input, text } from "../command.ts";
import { storeOf } from "../mean/session.ts";
import { forTmux, harmless, inShort, loudest } from "../say/mark-text.ts";

/** What is known of the session; what could not be read is null, and nothing is an error. */
interface Line {
  readonly id: string | null;
  readonly short: string | null;
  readonly name: string | null;
  readonly status: string | null;
  readonly state: string | null;
  readonly branch: string | null;
  readonly agents: readonly AgentRow[];
}

const UNKNOWN: Line = {
  id: null,
  short: null,
  name: null,
  status: null,
  state: null,
  branch: null,
  agents: [],
};

/** For who waits for a reason: Claude Code shows it beside its own words. */
const reasonIn = ({ agents }: Line): string => {
  const reason = agents.find(({ status }) => status === "waiting")?.reason ?? null;
  return reason === null ? "" : `: ${reason}`;
};

const words = (line: Line): string =>
  line.short === null
    ? "no session"
    : inShort({ id: "", short: line.short, name: line.name, status: line.status ?? "" }).trimEnd();

const FORMATS: Readonly<Record<string, (line: Line) => string>> = {
  claude: (line) =>
    harmless([`${words(line)}${reasonIn(line)}`, line.branch].filter((part) => part !== null).join(" · ")),
  tmux: (line) => forTmux(words(line)),
  starship: (line) => harmless(words(line)),
  json: (line) => JSON.stringify({ schema: 1, ...line }),
};
const PLAIN = "starship";

export const statusLine: Command = {
  usage: "status-line",
  about: "Print this session and its status on one line, for a status line",
  details: [
    "One line in every case, and exit status 0: where nothing is known it says so. Files alone are read, no git is asked,",
    "and standard input is left alone. For tmux every # is doubled.",
    "--format is claude, tmux, starship or json; starship, a plain line, where it is none of them.",
  ],
  options: [{ flag: "--format <format>", about: "For whom: claude, tmux, starship or json" }],
  examples: ["berth status-line --format tmux", "berth status-line --format json"],
  async run(context, input) {
    const given = text(input, "format") ?? (context.json ? "json" : PLAIN);
    const known = Object.hasOwn(FORMATS, given);
    if (!known) context.say("berth: the formats are claude, tmux, starship and json\n");
    const format = FORMATS[known ? given : PLAIN] as (line: Line) => string;
    const quiet = await silently(context);
    const { line, told } = await lineOf(quiet, input);
    try {
      context.out(`${format(line)}\n`);
    } catch {
      // Nobody reads it.
    }
    told();
  },
};

/** A status line has no place for words, and no time for a tmux that does not answer. */
async function silently(context: Context): Promise<Context> {
  const host: Host = Object.create(context.host, { patienceMs: { value: 100 } });
  const facts = await openFacts(host);
  let found: Resolution | undefined;
  return {
    ...context,
    facts,
    say: () => {},
    resolution: () => found ??= resolve(facts, context.request, context.deps),
  };
}

/** What there is to say, as far as it can be read, and what is to be done once it is said. */
async function lineOf(context: Context, input: Input): Promise<{ line: Line; told: () => void }> {
  let line = UNKNOWN;
  let told = () => {};
  try {
    const { id, stable } = context.resolution();
    if (!stable) return { line, told };
    line = { ...line, id, short: shortId(id) };
    const store = storeOf(context, input, "status-line");
    line = { ...line, ...ofRecord(readRecord(store, id)) };
    const agents = await agentsOf(context, store, id);
    line = { ...line, agents: agents.rows, status: loudest(line.status ?? "", agents.rows) || null };
    told = agents.told;
  } catch {
    // What was found until then is shown.
  }
  return { line, told };
}

const ofRecord = (record: SessionRecord | null): Partial<Line> =>
  record === null ? {} : {
    name: record.name ?? null,
    status: record.status,
    state: record.run?.state ?? null,
    branch: record.project?.branch ?? null,
  };

/** Most sessions have no agent, and where there is no log nobody has one. */
async function agentsOf(context: Context, store: Store, id: string) {
  const none = { rows: [] as AgentRow[], told: () => {} };
  if (store.backend.stat("events/events.jsonl") === null) return none;
  const { agentsOf: look, rowsOf } = await import("../mean/agents.ts");
  const seen = (await look(context, store, id)).get(id) ?? [];
  const told = () =>
    context.later(async () => {
      const { tellNews } = await import("../mean/watch-agents.ts");
      await tellNews(context, store, id, seen);
    });
  return { rows: rowsOf(seen), told };
}
