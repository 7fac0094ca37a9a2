import { BerthError, fail, visible } from "../../../errors/errors.ts";
import { readShared } from "../../../fleet/shared.ts";
import type { FleetHost } from "../../../fleet/destination.ts";
import { findHost, knownHosts } from "../../../fleet/hosts.ts";
import { askHosts, clones, type FleetSession, type HostAnswer } from "../../../fleet/sessions.ts";
import type { Store } from "../../../store/open.ts";
import { type Context, type Input, outJson, text } from "../../command.ts";
import { storeOf } from "../../mean/session.ts";
import { coloursOf } from "../../say/colours.ts";
import { ago, aligned } from "../../say/columns.ts";

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
  const answers = published ? [...asked, ...await publishedBeside(context, store, asked)] : asked;
  if (context.json) {
    return outJson(context, {
      hosts: answers.map(hostInJson),
      sessions: answers.flatMap(inJson),
      clones: clones(answers),
    });
  }
  context.out(table(context, answers));
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

/** What the table shows of a session. */
const SHOWN = ["short", "name", "status", "alive", "lastActivity", "branch", "workspace"];

/** The hosts that published, beside those that were asked. A database that is away does not hide what those said. */
async function publishedBeside(
  context: Context,
  store: Store,
  asked: readonly HostAnswer[],
): Promise<HostAnswer[]> {
  const { wholeShared } = await import("../../mean/shared.ts");
  const { publishedAnswers } = await import("../../../fleet/publish.ts");
  try {
    const { backend } = await wholeShared(context, store);
    const known = asked.flatMap(({ reached, machine }) => reached && machine !== null ? [machine.uuid] : []);
    return await publishedAnswers(backend, new Set(known), context.json ? undefined : SHOWN);
  } catch (error) {
    if (!(error instanceof BerthError) || asked.length === 0) throw error;
    context.say(`berth: ${error.message}\n  hint: ${error.hint}\n`);
    return [];
  }
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

function table(context: Context, answers: readonly HostAnswer[]): string {
  const now = context.now();
  const rows = answers.flatMap((answer) => answer.sessions.map((session) => row(answer, session, now)));
  const heading = ["HOST", "SESSION", "NAME", "STATUS", "LIVE", "LAST", "ASKED", "BRANCH", "WORKSPACE"];
  return rows.length === 0 ? "" : aligned(heading, rows, coloursOf(context.host.variables));
}
