/**
 * A command as one word of letters, digits, `-` and `_`, since nobody knows which shell stands between here and there;
 * and the lines by which the other end says that it began and how it ended, among what the command says. Pure.
 */
import * as v from "valibot";
import { fail } from "../errors/errors.ts";

const order = v.object({
  v: v.literal(1),
  /** Program and arguments; with `self` arguments of berth. */
  argv: v.pipe(v.array(v.string()), v.minLength(1)),
  self: v.boolean(),
  /** What tells our lines from the command's. */
  mark: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
});

export type Order = v.InferOutput<typeof order>;

export const encodeOrder = (given: Order): string => Buffer.from(JSON.stringify(given)).toString("base64url");

/** @throws `bad_token` */
export function decodeOrder(token: string): Order {
  try {
    return v.parse(order, JSON.parse(Buffer.from(token, "base64url").toString("utf8")));
  } catch (error) {
    throw fail("bad_token", { token }, error);
  }
}

/** In no text that a program prints by accident (ASCII's record separator). */
const SIGN = "\u001e";

/** The line that says something of an order: that it begins, or its exit status. */
export const markLine = (mark: string, word: "begins" | number): string => `${SIGN}berth ${mark} ${word}\n`;

export interface Marked {
  begun: boolean;
  status: number | undefined;
}

/** Takes the lines of an order out of a stream, and passes on all else as it comes. */
export class MarkReader {
  readonly found: Marked = { begun: false, status: undefined };
  readonly #start: string;
  #held = Buffer.alloc(0);

  constructor(mark: string, readonly pass: (bytes: Uint8Array) => void) {
    this.#start = `${SIGN}berth ${mark} `;
  }

  push(chunk: Uint8Array): void {
    let bytes = Buffer.concat([this.#held, chunk]);
    for (;;) {
      const at = bytes.indexOf(SIGN);
      if (at < 0) break;
      this.#give(bytes.subarray(0, at));
      const used = this.#take(bytes.subarray(at));
      bytes = bytes.subarray(at + used);
      if (used === 0) {
        this.#held = Buffer.from(bytes);
        return;
      }
    }
    this.#held = Buffer.alloc(0);
    this.#give(bytes);
  }

  end(): void {
    this.#give(this.#held);
  }

  #give(bytes: Uint8Array): void {
    if (bytes.length > 0) this.pass(bytes);
  }

  /** @returns how many bytes are done with; 0 while it cannot be told what they are */
  #take(bytes: Buffer): number {
    const text = bytes.toString("latin1");
    if (!text.startsWith(this.#start.slice(0, text.length))) {
      this.#give(bytes.subarray(0, 1));
      return 1;
    }
    const end = text.indexOf("\n");
    if (end < 0) return 0;
    const word = text.slice(this.#start.length, end);
    if (word === "begins") this.found.begun = true;
    else this.found.status = Number(word);
    return end + 1;
  }
}
