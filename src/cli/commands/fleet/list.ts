import { BerthError, fail, visible } from "../../../errors/errors.ts";
import { readShared } from "../../../fleet/shared.ts";
import type { FleetHost } from "../../../fleet/destination.ts";
import { findHost, knownHosts } from "../../../fleet/hosts.ts";
import { askHosts, clones, type FleetSession, type HostAnswer } from "../../../fleet/sessions.ts";
import type { Store } from "../../../store/open.ts";
import { type Context, type Input, text } from "../../command.ts";
import { storeOf } from "../../mean/session.ts";
import { coloursOf } from "../../say/colours.ts";
import { ago } from "../../say/amounts.ts";
import { alignedPages } from "../../say/columns.ts";

function meant(store: Store, given: string | undefined): FleetHost[] {
  if (given === undefined) return knownHosts(store);
  const names = [...new Set(given.split(",").filter((name) => name !== ""))];
  return names.map((name) => findHost(store, name));
}

export async function list(context: Context, input: Input, args: readonly string[]): Promise<void> {
  const [more] = args;
  if (more !== undefined) {
    throw fail("unexpected_argument", { command: "fleet", given: more, usage: "fleet list" });
  }
  const store = storeOf(context, input, "fleet");
  const hosts = meant(store, text(input, "hosts"));
  const { url } = readShared(store, context.host.variables);
  const published = url !== null && text(input, "hosts") === undefined;
  if (hosts.length === 0 && !published) throw fail("no_hosts", {});
  const asked = await askHosts(store, hosts);
  const beside = published ? await publishedBeside(context, store, asked) : { hosts: [], sessions: [] };
  const answers = [...asked, ...beside.hosts];
  const found = [asked, beside.sessions];
  if (context.json) return await printJson(context, answers, found);
  await printTable(context, found);
  for (const [one, other] of clones(answers)) {
    context.say(`berth: ${one} and ${other} take themselves for one machine: a disk was copied\n`);
    context.say(
      `  hint: Give one of them another machine ID (on Linux "rm /etc/machine-id", "systemd-machine-id-setup")\n`,
    );
  }
  for (const { host, age, error } of answers) {
    if (error === undefined) continue;
    const shown = age === null ? "nothing was ever heard of it" : `shown as it was ${inWords(age)} ago`;
    context.say(`berth: ${host.name}: ${error.message} (${shown})\n  hint: ${error.hint}\n`);
  }
}

/** Answers that are here, or that come page by page. */
type Answers = Iterable<HostAnswer> | AsyncIterable<HostAnswer>;

/** The hosts that published, beside those that were asked. A database that is away does not hide what those said. */
async function publishedBeside(
  context: Context,
  store: Store,
  asked: readonly HostAnswer[],
): Promise<{ hosts: readonly HostAnswer[]; sessions: Answers }> {
  const { wholeShared } = await import("../../mean/shared.ts");
  const { publishedHosts, publishedSessions } = await import("../../../fleet/publish.ts");
  try {
    const { backend } = await wholeShared(context, store);
    const known = asked.flatMap(({ reached, machine }) => reached && machine !== null ? [machine.uuid] : []);
    const hosts = await publishedHosts(backend, new Set(known));
    return { hosts, sessions: publishedSessions(backend, hosts) };
  } catch (error) {
    if (!(error instanceof BerthError) || asked.length === 0) throw error;
    context.say(`berth: ${error.message}\n  hint: ${error.hint}\n`);
    return { hosts: [], sessions: [] };
  }
}

/** One document, as `outJson` prints it, and written while the sessions come. */
async function printJson(
  context: Context,
  answers: readonly HostAnswer[],
  found: readonly Answers[],
): Promise<void> {
  context.out(`{"schema":1,"hosts":${JSON.stringify(answers.map(hostInJson))},"sessions":[`);
  let comma = "";
  for (const some of found) {
    for await (const answer of some) {
      const text = inJson(answer).map((session) => JSON.stringify(session)).join(",");
      if (text === "") continue;
      context.out(comma + text);
      comma = ",";
    }
  }
  context.out(`],"clones":${JSON.stringify(clones(answers))}}\n`);
}

/** Rows that are looked at together, so that the columns of what is no more than that fit all of it. */
const ROWS = 4000;

async function printTable(context: Context, found: readonly Answers[]): Promise<void> {
  const now = context.now();
  const lines = alignedPages(HEADING, coloursOf(context.host));
  let rows: string[][] = [];
  const flush = () => {
    if (rows.length > 0) context.out(lines(rows));
    rows = [];
  };
  for (const some of found) {
    for await (const answer of some) {
      for (const session of answer.sessions) rows.push(row(answer, session, now));
      if (rows.length >= ROWS) flush();
    }
  }
  flush();
}

function hostInJson({ host, reached, age, error, machine }: HostAnswer) {
  const failure = error && { code: error.code, message: error.message, hint: error.hint };
  return { name: host.name, reached, age, machine, ...failure === undefined ? {} : { error: failure } };
}

/** What a newer berth says of its machine stays beside the name that the host has here. */
function inJson({ host: { name }, sessions }: HostAnswer) {
  return sessions.map(({ host: machine, ...session }) => ({
    ...session,
    host: name,
    ...machine === undefined ? {} : { machine },
  }));
}

const inWords = (seconds: number): string =>
  seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;

/** Text of another machine, of whatever type it is there. */
const cell = (value: unknown): string => typeof value === "string" ? visible(value) : "";

function when(value: unknown, now: Date): string {
  return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? ago(value, now) : "";
}

function row(host: HostAnswer, session: FleetSession, now: Date): string[] {
  const { alive } = session;
  return [
    host.host.name,
    cell(session["short"] ?? session.id),
    cell(session["name"]),
    cell(session["status"]),
    alive === true ? "yes" : alive === false ? "no" : "?",
    when(session["lastActivity"], now),
    host.reached ? "now" : inWords(host.age ?? 0),
    cell(session["branch"]),
    cell(session["workspace"]),
  ];
}

const HEADING = ["HOST", "SESSION", "NAME", "STATUS", "LIVE", "LAST", "ASKED", "BRANCH", "WORKSPACE"];
