// deno-lint-ignore-file no-process-global -- importing node:process takes 0.1 ms
import { type AgentRow, isNews, type Seen } from "../../agents/evidence.ts";
import { openFacts } from "../../facts/open.ts";
import type { Host } from "../../facts/host.ts";
import { shortId } from "../../identity/id.ts";
import type { Resolution } from "../../identity/resolution.ts";
import { recordName } from "../../store/names.ts";
import { machineOfFacts } from "../../store/process-alive.ts";
import { storePlace } from "../../store/place.ts";
import { type Command, type Context, type Input, text } from "../command.ts";
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
  const quiet = { ...context, say: () => {} };
  if (!context.host.variables["TMUX"]) return quiet;
  const host: Host = Object.create(context.host, { patienceMs: { value: 100 } });
  const facts = await openFacts(host);
  let found: Resolution | undefined;
  return {
    ...quiet,
    facts,
    resolution: () => found ??= context.decide(facts, context.request, context.deps),
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
    const root = rootOf(context);
    if (root === null) return { line, told };
    line = { ...line, ...ofRecord(readFile(context, `${root}/${recordName(id)}`), id) };
    if (!mayHaveAgents(context, `${root}/events`)) return { line, told };
    const agents = await agentsOf(context, input, id, `${root}/events`);
    line = { ...line, agents: agents.rows, status: loudest(line.status ?? "", agents.rows) || null };
    told = agents.told;
  } catch {
    // What was found until then is shown.
  }
  return { line, told };
}

/** Where the store is, found as `storeOf` finds it; nothing is looked at, and nothing made. */
function rootOf({ host, resolution }: Context): string | null {
  const home = host.variables["BERTH_HOME"] || resolution().home;
  return storePlace({
    system: host.system,
    environment: home === undefined ? host.variables : { ...host.variables, BERTH_HOME: home },
    workingDirectory: () => process.cwd(),
    registeredHome: () => process.getBuiltinModule("node:os").userInfo().homedir,
  });
}

const MAX_BYTES = 8 * 1024 * 1024;

/** A regular file as text; null for anything else. What was put there since is of the same user, and is only read. */
function readFile({ host }: Context, path: string): string | null {
  const size = host.fileSize(path);
  if (!size.ok || size.value > MAX_BYTES) return null;
  const read = host.readText(path, MAX_BYTES);
  return read.ok ? read.value : null;
}

/**
 * What is shown of a record. (By hand, and not by its schema: that takes as long as all the rest, and a line of a
 * damaged record shows what is whole in it.)
 */
function ofRecord(content: string | null, id: string): Partial<Line> {
  const record: unknown = content === null ? null : JSON.parse(content);
  if (!isObject(record) || record["id"] !== id) return {};
  const inside = (key: string) => isObject(record[key]) ? record[key] : {};
  return {
    name: asText(record["name"]),
    status: asText(record["status"]),
    state: asText(inside("run")["state"]),
    branch: asText(inside("project")["branch"]),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
const asText = (value: unknown): string | null => typeof value === "string" ? value : null;

/** Most sessions have no agent, and where the log tells of none nothing that looks at them is loaded. */
function mayHaveAgents(context: Context, directory: string): boolean {
  if (context.host.fileSize(`${directory}/agents.json`).ok) return true;
  if (context.host.fileSize(`${directory}/events.1.jsonl`).ok) return true;
  return readFile(context, `${directory}/events.jsonl`)?.includes('"agent.event"') ?? false;
}

/** Those of this machine since it was started: another's are in no terminal here. */
async function agentsOf(context: Context, input: Input, id: string, directory: string) {
  const { lookAtAgents } = await import("../../agents/look.ts");
  const { host, facts, now } = context;
  const looker = { host, machine: machineOfFacts(facts), now };
  const seen = ((await lookAtAgents(directory, looker, id)).get(id) ?? [])
    .filter(({ known: { process: { boot } } }) => facts.boot.ok && boot === facts.boot.value);
  const told = () => {
    // Whoever finds out first tells the others.
    if (seen.some(isNews)) context.later(() => tell(context, input, id, seen));
  };
  return { rows: seen.map(({ row }) => row), told };
}

async function tell(context: Context, input: Input, id: string, seen: readonly Seen[]): Promise<void> {
  const { storeOf } = await import("../mean/session.ts");
  const { tellNews } = await import("../mean/watch-agents.ts");
  await tellNews(context, storeOf(context, input, "status-line"), id, seen);
}
