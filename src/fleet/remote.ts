/** A command on another host: begun there by `berth fleet exec`, with its output and its exit status here. */
import type { ChildProcess } from "node:child_process";
import { writeSync } from "node:fs";
import { fail, visible } from "../errors/errors.ts";
import type { FleetHost } from "./destination.ts";
import { failureOf, lastLine, MAX_ANSWER, startSsh, unreachable } from "./ssh.ts";
import { encodeOrder, MarkReader } from "./token.ts";

/** Bytes of what ssh and the shell there say before the command begins. */
const MAX_WORDS = 64 * 1024;

function newMark(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("hex");
}

function writeAll(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(2, bytes, done);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) return; // nobody listens
    }
  }
}

/** Who said what on standard error: the shell and ssh until the command begins, then the command. */
class Words {
  readonly reader: MarkReader;
  #before: Buffer[] = [];
  #bytes = 0;

  constructor(mark: string, readonly pass: (words: Uint8Array) => void) {
    this.reader = new MarkReader(mark, (words) => this.#take(words));
  }

  #take(words: Uint8Array): void {
    if (this.reader.found.begun) {
      for (const held of this.#before.splice(0)) this.pass(held);
      return this.pass(words);
    }
    this.#bytes += words.length;
    if (this.#bytes <= MAX_WORDS) this.#before.push(Buffer.from(words));
  }

  /** The last of what was said before the command began. */
  get why(): string {
    return lastLine(Buffer.concat(this.#before).toString("utf8"));
  }
}

export interface There {
  /** `argv` are arguments of the berth that is there. */
  readonly self?: boolean;
  /** Takes the output as text instead of passing it on. */
  readonly take?: (output: string) => void;
}

/** How the command ended, by what is known of it. */
function statusOf(host: FleetHost, { reader: { found }, why }: Words, status: number): number {
  if (found.status !== undefined) return found.status;
  if (found.begun) throw unreachable(host, "the connection ended while the command ran");
  if (status !== 0) throw failureOf(host, { status, why });
  throw fail("bad_answer", { name: host.name, why: "its berth did not say that the command began" });
}

/**
 * Run a command there.
 *
 * @param argv program and arguments
 * @returns its exit status, whatever it is: 255 of the command is 255
 * @throws `host_unreachable` also when the connection breaks while it runs, `berth_not_found_there`, `bad_answer`
 */
export async function runThere(host: FleetHost, argv: readonly string[], there: There = {}): Promise<number> {
  const { self = false, take } = there;
  const mark = newMark();
  const token = encodeOrder({ v: 1, argv: [...argv], self, mark });
  const { child, ended } = await startSsh(
    host,
    ["fleet", "exec", token],
    take === undefined ? "inherit" : "pipe",
  );
  const words = new Words(mark, take === undefined ? writeAll : shown);
  child.stderr?.on("data", (chunk: Buffer) => words.reader.push(chunk));
  const output = collect(host, child);
  const status = await ended;
  words.reader.end();
  take?.(output());
  return statusOf(host, words, status);
}

/** Words of another machine for this terminal. */
const shown = (words: Uint8Array): void =>
  writeAll(new TextEncoder().encode(visible(new TextDecoder().decode(words))));

/** @returns what it has said so far; when that is too much it is ended */
function collect(host: FleetHost, child: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stdout?.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_ANSWER) chunks.push(chunk);
    else child.kill("SIGTERM");
  });
  return () => {
    if (bytes <= MAX_ANSWER) return Buffer.concat(chunks).toString("utf8");
    throw fail("bad_answer", { name: host.name, why: `it is longer than ${MAX_ANSWER} bytes` });
  };
}
