/** Bytes of a stream cut into lines, however they come: half a line, many at once, one without an end. */

/** Bytes at the beginning and at the end of a line that is too long, where its ID is looked for. */
const KEPT = 4096;

/** A line that was not kept whole. */
export interface TooLong {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly bytes: number;
}

export interface Listener {
  line(bytes: Uint8Array): void;
  tooLong(line: TooLong): void;
}

const NEWLINE = 0x0a;

export class Lines {
  #parts: Uint8Array[] = [];
  #bytes = 0;
  /** The last bytes of a line that is too long; null while it is not. */
  #tail: Uint8Array | null = null;

  /** @param limit bytes that a line may have */
  constructor(readonly limit: number, readonly listener: Listener) {}

  push(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length;) {
      const at = chunk.indexOf(NEWLINE, from);
      this.#add(chunk.subarray(from, at < 0 ? chunk.length : at));
      if (at < 0) return;
      this.end();
      from = at + 1;
    }
  }

  /** The line is over, by its newline or with the stream. */
  end(): void {
    const [parts, bytes, tail] = [this.#parts, this.#bytes, this.#tail];
    this.#parts = [];
    this.#bytes = 0;
    this.#tail = null;
    if (tail !== null) this.listener.tooLong({ head: parts[0] ?? tail, tail, bytes });
    else if (bytes > 0) this.listener.line(Buffer.concat(parts));
  }

  #add(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    if (this.#tail !== null) this.#tail = last(this.#tail, part);
    else {
      // The stream's buffer is its own again when we return.
      this.#parts.push(part.slice());
      if (this.#bytes > this.limit) this.#giveUp();
    }
  }

  #giveUp(): void {
    const whole = Buffer.concat(this.#parts);
    this.#parts = [Buffer.from(whole.subarray(0, KEPT))];
    this.#tail = Buffer.from(whole.subarray(-KEPT));
  }
}

const last = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  b.length >= KEPT ? b.slice(-KEPT) : Buffer.concat([a.subarray(-(KEPT - b.length)), b]);
