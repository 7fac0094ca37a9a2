/** The child process as the parent has it: a request goes in, messages come out, and it can be ended. */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import * as v from "valibot";
import { fail } from "../../errors/errors.ts";
import { type Message, messageSchema, type ScriptRequest } from "./protocol.ts";
import { spawnChild } from "./spawn.ts";

/** Bytes of the child's own error output that are kept, for the message when it breaks down. */
const MAX_LAST_WORDS = 500;

function start(): ChildProcessWithoutNullStreams {
  try {
    return spawnChild();
  } catch (error) {
    throw fail("lua_not_started", { why: refusal(error) }, error);
  }
}

function parse(line: string): Message {
  try {
    return v.parse(messageSchema, JSON.parse(line));
  } catch (error) {
    throw fail("lua_crashed", { why: "its answer cannot be read" }, error);
  }
}

/** What the system says of a process that it does not start, without the call and the program's path. */
function refusal(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

export class Conversation {
  readonly #child: ChildProcessWithoutNullStreams;
  /** Why it was killed; what the conversation then fails with. */
  #reason: unknown;
  #words = "";
  #pending = "";
  #received = 0;

  /** @param maxBytes what the child may say in all; a child that says more is none of ours any more */
  constructor(request: ScriptRequest, readonly maxBytes: number) {
    this.#child = start();
    process.once("exit", this.#killNow);
    this.#child.once(
      "error",
      (error) => this.#reason ??= fail("lua_not_started", { why: refusal(error) }, error),
    );
    // Without descriptors for its pipes there is no child, and the runtime gives no streams for it.
    if (this.#child.stdin !== undefined) this.#converse(request);
  }

  #converse(request: ScriptRequest): void {
    this.#child.stdin.on("error", () => {}); // it ended before it read: its exit says more
    this.#child.stdin.end(JSON.stringify({ ...request, parent: process.pid }));
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (this.#words.length < MAX_LAST_WORDS) this.#words += text;
    });
  }

  /** 0 before it was started, and when it could not be. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** When we end with the script still running, as an MCP server does whose client is gone. */
  readonly #killNow = (): void => void this.#child.kill("SIGKILL");

  /** End it at once. The first reason counts. */
  kill(reason: unknown): void {
    this.#reason ??= reason;
    this.#child.kill("SIGKILL");
  }

  /** The signal that ended it, null while it runs and when none did. */
  get endedBy(): string | null {
    return this.#child.signalCode;
  }

  /** What is known of a child that ended without an answer. */
  lastWords(): string {
    const { exitCode, signalCode } = this.#child;
    const how = signalCode ? `it was ended by ${signalCode}` : `it ended with status ${exitCode}`;
    const words = this.#words.slice(0, MAX_LAST_WORDS).trim();
    return words === "" ? how : `${how}: ${words}`;
  }

  /** Hear every message until the child is gone. When `hear` throws, the child is killed and that is the failure. */
  async finish(hear: (message: Message) => void): Promise<void> {
    const child = this.#child;
    const ended = new Promise<void>((resolve) => {
      child.once("error", () => resolve());
      child.once("close", () => resolve());
    });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#take(text, hear));
    await ended;
    process.off("exit", this.#killNow);
    if (this.#reason !== undefined) throw this.#reason;
  }

  #take(text: string, hear: (message: Message) => void): void {
    if (this.#reason !== undefined) return;
    try {
      this.#received += text.length;
      if (this.#received > this.maxBytes) throw fail("lua_crashed", { why: "its answer has no end" });
      const lines = (this.#pending + text).split("\n");
      this.#pending = lines.pop() ?? "";
      for (const line of lines) hear(parse(line));
    } catch (error) {
      this.kill(error);
    }
  }
}
