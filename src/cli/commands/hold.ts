import process from "node:process";
import { fail } from "../../errors/errors.ts";
import { processAlive } from "../../store/liveness.ts";
import { programs } from "../../sessions/git/programs.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import { updateSession } from "../../store/update.ts";
import type { Command, Context } from "../command.ts";
import { machineOf } from "../mean/machine.ts";
import { type Here, here, WAIT } from "../mean/session.ts";

type Holder = NonNullable<SessionRecord["holders"]>[number];

/** Sent on to the command, which decides what becomes of them; from a terminal it has got SIGINT already. */
const FORWARDED = ["SIGTERM", "SIGHUP"] as const;

export const hold: Command = {
  usage: "hold -- <command>",
  about: "Run a command, and let others see this session live meanwhile",
  details: ["Others may still write to the session. The exit status is the command's."],
  options: [WAIT],
  examples: ["berth hold -- make -j8", "berth --session-id build hold -- ./build.sh"],
  async run(context, { args: _, ...input }) {
    const command = input.rest ?? [];
    if (command.length === 0) throw fail("missing_argument", { command: "hold", usage: "hold -- <command>" });
    const place = here(context, { args: [], ...input }, "hold");
    const holder = ourselves(context, place, command[0] ?? "");
    await register(context, place, holder);
    try {
      return await run(command, place.id);
    } finally {
      // The command's exit status is what counts; an entry that stays is known by its PID to be gone.
      await unregister(place, holder).catch((error: unknown) =>
        context.say(`berth: warning: ${String(error)}\n`)
      );
    }
  },
};

function ourselves({ facts }: Context, { store }: Here, command: string): Holder {
  const us = facts.process(facts.self);
  const { boot, pidNamespace } = facts;
  if (!us.ok || !boot.ok || !pidNamespace.ok) throw fail("no_stable_session", {});
  const { pid, start } = us.value;
  const since = store.now().toISOString();
  return { pid, start, bootId: boot.value, pidNamespace: pidNamespace.value, command, since };
}

async function register(context: Context, { store, id, origin }: Here, holder: Holder): Promise<void> {
  const machine = machineOf(context);
  await updateSession(store, id, (draft) => {
    const living = (draft.holders ?? []).filter((other) => processAlive(machine, other) !== false);
    draft.holders = [...living, holder];
  }, { origin });
}

async function unregister({ store, id }: Here, { pid, start }: Holder): Promise<void> {
  // Deleted meanwhile: there is nothing to unregister from.
  if (readRecord(store, id) === null) return;
  await updateSession(store, id, (draft) => {
    const others = (draft.holders ?? []).filter((other) => other.pid !== pid || other.start !== start);
    if (others.length > 0) draft.holders = others;
    else delete draft.holders;
  }, { create: false });
}

/** @returns the command's exit status, 128 + n for one that a signal ended, as shells have it */
async function run([program = "", ...args]: readonly string[], id: string): Promise<number> {
  const { spawn } = await programs();
  const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, BERTH_SESSION: id } });
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  const ignore = () => {};
  for (const signal of FORWARDED) process.on(signal, forward);
  process.on("SIGINT", ignore);
  return await new Promise<number>((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(
        fail(
          "no_such_program",
          { program, why: error.code === "ENOENT" ? "no such file" : error.message },
          error,
        ),
      );
    });
    child.on("exit", (code, signal) => resolve(code ?? 128 + signalNumber(signal)));
  }).finally(() => {
    for (const signal of FORWARDED) process.off(signal, forward);
    process.off("SIGINT", ignore);
  });
}

const NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};
const signalNumber = (signal: string | null): number => NUMBERS[signal ?? ""] ?? 0;
