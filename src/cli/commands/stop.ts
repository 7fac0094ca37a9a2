import { check, pipe, string } from "valibot";
import process from "node:process";
import type { Host } from "../../facts/host.ts";
import { groupLives } from "../../facts/environment-marks.ts";
import { type SendSignal, type StopOptions, stopSession } from "../../sessions/process/stop.ts";
import { type Command, flag, type Option, outJson, text } from "../command.ts";
import { SESSION_HELP } from "../mean/selected.ts";
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
    "Its process group gets SIGTERM, and SIGKILL when the time is over. Session, branch and worktree stay.",
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
    const options = { ...stopping(context.host, timeoutMs), force: flag(input, "force") };
    const session = await stopSession(deps, id, options);
    if (context.json) outJson(context, { session });
    else context.say(`berth: ${name} is stopped\n`);
  },
};

/** What `stopSession` takes. @param timeoutMs how long the command has to end by itself, in milliseconds */
export const stopping = (host: Host, timeoutMs: number): StopOptions => ({
  timeoutMs,
  signalGroup: signalGroup(host),
  signalProcess,
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
