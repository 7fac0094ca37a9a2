import { check, pipe, string } from "valibot";
import process from "node:process";
import type { Host } from "../../facts/host.ts";
import { groupLives } from "../../facts/process-group.ts";
import type { SendSignal, StopOptions, Strays } from "../../sessions/process/signalling.ts";
import type { Dependencies } from "../../sessions/model/dependencies.ts";
import { stopSession } from "../../sessions/process/stop.ts";
import { refuseOwnRun } from "../../sessions/runs/runs.ts";
import type { SessionRecord } from "../../store/record.ts";
import { quote, quotePath } from "../../errors/errors.ts";
import { type Command, type Context, flag, type Option, outJson, text } from "../command.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { WAIT } from "../mean/session.ts";
import { dependenciesOf, namedRecord } from "../mean/sessions-dependencies.ts";

/** A time limit in seconds. */
export const TIMEOUT = (about: string): Option => ({
  flag: "--timeout <seconds>",
  about,
  schema: pipe(string(), check((value) => /^\d{1,7}(\.\d+)?$/.test(value) && Number(value) <= 2_000_000)),
  wanted: "a number of seconds",
});

export const stop: Command = {
  usage: "stop [session]",
  about: "End the command that runs in a session",
  details: [
    SESSION_HELP,
    "Its process group gets SIGTERM, and SIGKILL when the time is over; then what its commands left running, in",
    "whatever group or session. Session, branch and worktree stay.",
  ],
  options: [
    TIMEOUT("Time to end by itself (5)"),
    {
      flag: "--force",
      about: "Note the end of a command that cannot be seen from here, in another container",
    },
    WAIT,
  ],
  examples: ["berth stop auth", "berth stop auth --timeout 30"],
  async run(context, input) {
    const deps = await dependenciesOf(context, input, "stop");
    const { id, name } = namedRecord(context, deps, input, {
      given: input.args[0],
      effect: "change",
      action: "stop",
    });
    const timeoutMs = Number(text(input, "timeout") ?? "5") * 1000;
    let strays: Strays = { ended: [], left: [] };
    const session = await stopSession(deps, id, {
      ...stopping(context.host, timeoutMs),
      force: flag(input, "force"),
      strays: (found) => void (strays = found),
    });
    const { ended, left } = strays;
    if (context.json) return outJson(context, { session, ended, left });
    const root = session.project?.root ?? "";
    context.say(`berth: ${name} of ${quotePath(root)} is stopped\n`);
    if (ended.length > 0) context.say(`berth: it had left running, and ended were: ${named(ended)}\n`);
    if (left.length > 0) context.say(`berth: warning: these go on: ${named(left)}\n`);
  },
};

const named = (processes: Strays["ended"]): string =>
  processes.map(({ pid, command }) => `${pid} (${quote(command)})`).join(", ");

/** Time that a command has to end when its session goes by force. */
const STOP_MS = 5000;

/**
 * End the command of a session that is going to be removed by force.
 *
 * @param action for the error: `destroy`
 * @throws `session_running` where we are part of what is to be ended
 */
export async function endCommand(
  { host }: Context,
  deps: Dependencies,
  record: SessionRecord,
  action: string,
): Promise<void> {
  refuseOwnRun(deps, record, action);
  await stopSession(deps, record.id, stopping(host, STOP_MS));
}

/** What `stopSession` takes. @param timeoutMs how long the command has to end by itself, in milliseconds */
const stopping = (host: Host, timeoutMs: number): StopOptions => ({
  timeoutMs,
  signalGroup: signalGroup(host),
  signalProcess,
  strays: () => {},
});

/**
 * kill(2) to a process group; on Windows there is none, and the process itself ends. Signal 0 asks whether anything of
 * it lives.
 */
const signalGroup = (host: Host): SendSignal => (group, signal) => {
  if (signal === 0) {
    const lives = groupLives(host, group);
    if (lives !== null) return lives;
  }
  return signalProcess(process.platform === "win32" ? group : -group, signal);
};

const signalProcess: SendSignal = (pid, signal) => {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
};
