import type { ReadStream } from "node:fs";
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/server";
import { hear, type Heard, hearTooLong, type Id } from "./message.ts";
import { Lines, type TooLong } from "./lines.ts";
import type { Output } from "./streams.ts";

/** Bytes of one message: the largest file that may be written, as base64, with room for the rest. */
export const MAX_MESSAGE = 16 * 1024 * 1024;
/** Words on standard error about what could not be read; a client that only makes noise need not fill a log. */
const MAX_WORDS = 20;

/**
 * The SDK's own transport is deaf after a message that is too long, closes when its input ends with calls under way,
 * and says nothing of a line that it cannot read; otherwise this one is the same: a message a line.
 */
export class Wire implements Transport {
  onmessage?: Transport["onmessage"];
  onclose?: Transport["onclose"];
  onerror?: Transport["onerror"];
  /** Fulfilled when the client says no more. */
  readonly ended: Promise<void>;
  readonly #unanswered = new Set<Id>();
  #whenIdle: (() => void) | undefined;
  #words = 0;

  /** @param say words for people, on standard error */
  constructor(readonly input: ReadStream, readonly output: Output, readonly say: (words: string) => void) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    input.once("end", resolve).once("close", resolve).once("error", resolve);
  }

  start(): Promise<void> {
    const lines = new Lines(MAX_MESSAGE, {
      line: (bytes) => hear(bytes).forEach((heard) => this.#take(heard)),
      tooLong: (line: TooLong) => this.#take(hearTooLong(line, MAX_MESSAGE)),
    });
    // A last line without an end may be whole all the same.
    this.input.on("data", (chunk) => lines.push(chunk as Uint8Array)).once("end", () => lines.end());
    return Promise.resolve();
  }

  #take(heard: Heard): void {
    if (heard.kind === "message") return this.#deliver(heard.message);
    this.#complain(heard.why);
    if (heard.kind === "noise") return;
    const { id, code, why } = heard;
    this.send({ jsonrpc: "2.0", id, error: { code, message: why } }).catch(() => {});
  }

  #deliver(message: JSONRPCMessage): void {
    if ("method" in message && "id" in message) this.#unanswered.add(message.id);
    const params = "params" in message ? message.params : undefined;
    this.onmessage?.(message as never);
    // What was taken back gets no answer.
    if ("method" in message && message.method === "notifications/cancelled") {
      this.#settle(params?.["requestId"] as Id);
    }
  }

  #settle(id: Id | undefined): void {
    if (id !== undefined) this.#unanswered.delete(id);
    if (this.#unanswered.size === 0) this.#whenIdle?.();
  }

  /** Wait until every request has its answer. */
  idle(): Promise<void> {
    return this.#unanswered.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => void (this.#whenIdle = resolve));
  }

  get unanswered(): number {
    return this.#unanswered.size;
  }

  #complain(why: string): void {
    this.#words++;
    if (this.#words <= MAX_WORDS) this.say(why);
    if (this.#words === MAX_WORDS) this.say("The client goes on like that; no more is said of it");
  }

  send(message: JSONRPCMessage): Promise<void> {
    const written = this.output.write(`${JSON.stringify(message)}\n`);
    if (!("method" in message)) this.#settle(message.id);
    return written;
  }

  close(): Promise<void> {
    this.onclose?.();
    return Promise.resolve();
  }
}
