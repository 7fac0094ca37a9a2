import { createReadStream, type ReadStream, write } from "node:fs";

/** Standard output for one message after the other. */
export interface Output {
  /** @returns fulfilled when the reader has it, or could have it */
  write(text: string): Promise<void>;
  /** Fulfilled when the reader is gone, or cannot be written to for another reason, which it says. */
  readonly broken: Promise<string>;
  /** Fulfilled when all that was given to `write` is written. */
  flushed(): Promise<unknown>;
}

export interface McpStreams {
  readonly input: ReadStream;
  readonly output: Output;
}

/** Milliseconds until a pipe that is full is tried again. */
const RETRY = 5;

function writeSome(bytes: Uint8Array, done: number): Promise<number> {
  return new Promise((resolve, reject) =>
    write(1, bytes, done, (error, written) => error === null ? resolve(written) : reject(error))
  );
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);

/** By the runtime's own threads: a client that writes and does not read must not keep us from reading. */
async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    try {
      done += await writeSome(bytes, done);
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

function openOutput(): Output {
  const { promise: broken, resolve } = Promise.withResolvers<string>();
  let last: Promise<void> = Promise.resolve();
  return {
    broken,
    flushed: () => last.catch(() => {}),
    write(text) {
      last = last.then(() => writeAll(new TextEncoder().encode(text)));
      last.catch((error) => resolve(codeOf(error)));
      return last;
    },
  };
}

/**
 * The standard streams, reading already: the client's first message comes in while the SDK is loaded. The runtime's
 * own `process.stdin` and `process.stdout` take 8 ms to come into being, a quarter of what the client waits for the
 * first answer.
 */
export function openStreams(): McpStreams {
  const input = createReadStream("", { fd: 0, autoClose: false });
  input.read(0);
  return { input, output: openOutput() };
}
