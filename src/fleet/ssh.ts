/** OpenSSH's client as a child process: keys, agents, jump hosts and shared connections are the user's own. */
import type { ChildProcess } from "node:child_process";
import { fail, visible } from "../errors/errors.ts";
import { programs } from "../sessions/git/programs.ts";
import { type FleetHost, sshArguments } from "./destination.ts";

/** Milliseconds between asking ssh to end and ending it. */
const KILL_AFTER = 500;
/** Bytes of its words that are kept. */
const MAX_WORDS = 4096;
/** Bytes of an answer. */
export const MAX_ANSWER = 64 * 1024 * 1024;
/** Of ssh itself, when it did not get as far as the command (ssh(1)). */
export const SSH_FAILED = 255;

export interface SshLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface SshAnswer {
  readonly status: number;
  readonly stdout: Buffer;
  /** The last line of its words, for a message. */
  readonly why: string;
}

/** @throws `no_such_program` where there is no ssh */
function notStarted(error: unknown): Error {
  const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return fail("no_such_program", { program: "ssh", why }, error);
}

/** Start ssh. Its exit status comes with `ended`, 128 and the number of a signal that ended it. */
export async function startSsh(
  host: FleetHost,
  words: readonly string[],
  stdout: "pipe" | "inherit",
): Promise<{ readonly child: ChildProcess; readonly ended: Promise<number> }> {
  const { spawn } = await programs();
  const child = spawn("ssh", sshArguments(host, words), {
    stdio: ["ignore", stdout, "pipe"],
    windowsHide: true,
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (error) => reject(notStarted(error)));
    child.once("close", (status, signal) => resolve(status ?? (signal === null ? 1 : 128)));
  });
  return { child, ended };
}

function end(child: ChildProcess): void {
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), KILL_AFTER).unref();
}

export const lastLine = (words: string): string => visible(words.trim().split(/\r?\n/).at(-1)?.trim() ?? "");

/**
 * Ask a host something and take its answer.
 *
 * @throws `host_unreachable` when it does not answer in time, `bad_answer` when it says too much, `no_such_program`
 */
export async function askBySsh(
  host: FleetHost,
  words: readonly string[],
  limits: SshLimits,
): Promise<SshAnswer> {
  const { child, ended } = await startSsh(host, words, "pipe");
  const chunks: Buffer[] = [];
  let [bytes, said]: [number, string] = [0, ""];
  let failure: Error | undefined;
  const stop = (error: Error) => {
    failure ??= error;
    end(child);
  };
  child.stdout?.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= limits.maxBytes) chunks.push(chunk);
    else stop(fail("bad_answer", { name: host.name, why: `it is longer than ${limits.maxBytes} bytes` }));
  });
  child.stderr?.setEncoding("utf8").on(
    "data",
    (text: string) => void (said = (said + text).slice(-MAX_WORDS)),
  );
  const late = setTimeout(
    () => stop(unreachable(host, `it did not answer in ${limits.timeoutMs / 1000} s`)),
    limits.timeoutMs,
  );
  try {
    const status = await ended;
    if (failure !== undefined) throw failure;
    return { status, stdout: Buffer.concat(chunks), why: lastLine(said) };
  } finally {
    clearTimeout(late);
  }
}

export const unreachable = ({ name, ssh }: FleetHost, why: string): Error =>
  fail("host_unreachable", { name, destination: ssh, why: why === "" ? "ssh does not say why" : why });

/** Whether a shell did not find the program: 127, or 9009 of cmd.exe, of which ssh hands on the lower byte. */
export const isNotFound = (status: number, why: string): boolean =>
  status === 127 || (status !== 0 && /not recognized as|CommandNotFound/.test(why));

/** Why a host gave no answer that counts. */
export function failureOf(host: FleetHost, { status, why }: Pick<SshAnswer, "status" | "why">): Error {
  if (isNotFound(status, why)) {
    return fail("berth_not_found_there", { name: host.name, destination: host.ssh, program: host.berth });
  }
  if (status === SSH_FAILED) return unreachable(host, why);
  return fail("bad_answer", { name: host.name, why: why === "" ? `it ended with status ${status}` : why });
}
