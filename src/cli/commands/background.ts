import process from "node:process";
import { BerthError, fail, quotePath } from "../../errors/errors.ts";
import { typed } from "../../errors/typed.ts";
import {
  dropHandoff,
  handoffName,
  noteFailure,
  takeFailure,
  takeHandoff,
  writeHandoff,
} from "../../sessions/background/handoff.ts";
import { forgetLog, keepLog } from "../../sessions/background/log.ts";
import { openPane } from "../../sessions/background/open-pane.ts";
import { ownPane } from "../../sessions/background/pane.ts";
import { chosenServer, loginOf, mayEndWithLogin, ownerOf } from "../../sessions/background/server.ts";
import { tmuxBy, tmuxEnvironment } from "../../sessions/background/tmux.ts";
import type { Dependencies } from "../../sessions/model/dependencies.ts";
import { exitCodeOf } from "../../sessions/process/child.ts";
import { directoryOf, supervise } from "../../sessions/process/supervise.ts";
import { change, refuseRunning } from "../../sessions/runs/runs.ts";
import { refuseUnfinished } from "../../sessions/model/journal.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Command, Context } from "../command.ts";
import { dependenciesOf } from "../mean/sessions-dependencies.ts";
import { watchAgents } from "../mean/watch-agents.ts";

/** Time that tmux and the run in it have to begin. */
const BEGIN_MS = 10_000;
const PAUSE_MS = 20;

/**
 * Run a command of the session in the background, and come back when it runs.
 *
 * @throws `session_running`, `no_tmux`, `tmux_failed`, `background_failed`
 */
export async function runDetached(
  context: Context,
  deps: Dependencies,
  record: SessionRecord & { name: string },
  command: readonly string[],
): Promise<SessionRecord> {
  const { store } = deps;
  const { variables } = context.host;
  const directory = directoryOf(record);
  const server = chosenServer(variables, isInTmux(context), ownerOf, process.geteuid?.());
  const name = handoffName(record.id, deps.newUuid());
  const environment = Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const n = await ask(deps, record.id);
  const login = loginOf(variables);
  try {
    writeHandoff(store, name, { id: record.id, command: [...command], environment });
    const tmux = tmuxBy(tmuxEnvironment(variables));
    const opened = await openPane(tmux, server, login, {
      root: record.project?.root ?? "",
      name: record.name,
      suffix: record.id.slice(-6),
      directory,
      command: [process.execPath, "background", store.backend.locate(name)],
    });
    const begun = await whenBegun(deps, record.id, n, name);
    context.say(
      `berth: ${record.name} runs in ${opened.where}; type "berth attach ${
        typed(record.name)
      }" to go there\n`,
    );
    if (opened.startedServer && mayEndWithLogin(login, opened.inScope)) context.say(ENDS);
    return begun;
  } catch (error) {
    dropHandoff(store, name);
    throw error;
  } finally {
    await unask(deps, record.id);
  }
}

const ENDS = "berth: note: this machine may end it with your login (KillUserProcesses of logind.conf)\n";

/** Whether our terminal is a pane of the tmux that the environment names: a variable alone says nothing. */
function isInTmux({ facts, deps, decide }: Context): boolean {
  return decide(facts, { scope: "session", terminalOnly: true }, deps).source === "tmux";
}

/** Note that a run is asked for, so that `wait` knows of it. @returns the number that it will have */
async function ask(deps: Dependencies, id: string): Promise<number> {
  let n = 1;
  await change(deps, id, (draft) => {
    refuseUnfinished(deps.machine(), draft, "run in");
    refuseRunning(deps, draft, "start");
    n = draft.run === undefined || draft.run.state === "CREATED" ? draft.run?.n ?? 1 : draft.run.n + 1;
    draft["asked"] = deps.self;
  });
  return n;
}

async function unask(deps: Dependencies, id: string): Promise<void> {
  if (readRecord(deps.store, id)?.["asked"] === undefined) return;
  await change(deps, id, (draft) => void delete draft["asked"], false);
}

async function whenBegun(deps: Dependencies, id: string, n: number, name: string): Promise<SessionRecord> {
  for (const end = performance.now() + BEGIN_MS; performance.now() < end;) {
    const failure = takeFailure(deps.store, name);
    if (failure !== null) throw failure;
    const record = readRecord(deps.store, id);
    if (record !== null && hasBegun(record, n)) return record;
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
  throw fail("background_failed", { why: `nothing began within ${BEGIN_MS / 1000} s` });
}

/** Whether that run is there, or was. One that could not be started says so by a file. */
const hasBegun = ({ run }: SessionRecord, n: number): boolean =>
  run !== undefined && run.n >= n && !["CREATED", "SPAWNING"].includes(run.state) &&
  run.reason !== "spawn failed";

/** Variables that say where a terminal is: the pane's own are right, those of the caller are not. */
const OF_THE_PANE = ["TMUX", "TMUX_PANE", "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "COLUMNS", "LINES"];
const OF_THE_CALLER =
  /^(STY|WINDOW|WINDOWID|GPG_TTY|SSH_TTY|ZELLIJ.*|(TERM|ITERM|KONSOLE|VTE|WT|WEZTERM|KITTY)_.*)$/;

/** What runs in the pane: called by `runDetached`, through tmux. */
export const background: Command = {
  usage: "background <file>",
  about: "Run what was handed over",
  async run(context, input) {
    const file = (input.args[0] ?? "").replaceAll("\\", "/");
    const [directory = "", folder, base] = /^(.*)\/(background)\/([^/]+)$/.exec(file)?.slice(1) ?? [];
    if (folder === undefined) {
      throw fail("corrupt_record", { file: quotePath(file), why: "it is in no store" });
    }
    const inStore = withVariables(context, { ...context.host.variables, BERTH_HOME: directory });
    const deps = await dependenciesOf(inStore, input, "run");
    const name = `${folder}/${base}`;
    try {
      return await runHanded(context, deps, name);
    } catch (error) {
      if (error instanceof BerthError) noteFailure(deps.store, name, error);
      throw error;
    }
  },
};

async function runHanded(context: Context, deps: Dependencies, name: string): Promise<number> {
  const { id, command, environment } = takeHandoff(deps.store, name);
  const record = readRecord(deps.store, id);
  if (record === null) throw fail("no_such_session", { given: id });
  const own = context.host.variables;
  const pane = ownPane(own);
  forgetLog(deps.store, id);
  const kept = Object.entries(environment).filter(([one]) =>
    !OF_THE_CALLER.test(one) && !OF_THE_PANE.includes(one)
  );
  const ofPane = OF_THE_PANE.map((one) => [one, own[one]] as const);
  using _watching = watchAgents(context, deps, record.id);
  const ended = await supervise(deps, record, {
    id,
    command,
    environment: { ...Object.fromEntries(kept), ...Object.fromEntries(ofPane) },
    ...pane === null ? {} : { pane },
    ending: async () =>
      pane === null ? undefined : await keepLog(deps.store, tmuxBy(tmuxEnvironment(own)), id, pane),
  });
  return exitCodeOf(ended);
}

const withVariables = (context: Context, variables: Context["host"]["variables"]): Context => ({
  ...context,
  host: Object.create(context.host, { variables: { value: variables } }),
});
