import { createReadStream, type ReadStream } from "node:fs";
import { Writable } from "node:stream";
import { writeBytes } from "../../say/bytes.ts";

export interface McpStreams {
  readonly input: ReadStream;
  readonly output: Writable;
}

/**
 * The standard streams as the SDK wants them, reading already: the client's first message comes in while the SDK
 * is loaded. The runtime's own `process.stdin` and `process.stdout` take 8 ms to come into being, a quarter of
 * what the client waits for the first answer.
 */
export function openStreams(): McpStreams {
  const input = createReadStream("", { fd: 0, autoClose: false });
  input.read(0);
  const write = (chunk: Uint8Array, _: string, done: (error?: Error) => void) => {
    try {
      writeBytes(chunk);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return { input, output: new Writable({ write }) };
}
