import { cString } from "./c-string.ts";

/*
 * What a tmux client says to its server and hears from it, as far as one `display-message -p` takes it: the same from
 * tmux 2.6 to 3.7 and in tmate 2.4 (tmux-protocol.h of each). A message is a header of four 32-bit numbers, little
 * endian (type, length with the header, protocol version, our PID), and a body.
 */

const VERSION = 8;
const HEADER_BYTES = 16;

const enum Message {
  Version = 12,
  IdentifyFlags = 100,
  IdentifyTerm = 101,
  IdentifyTtyName = 102,
  IdentifyDone = 106,
  IdentifyClientPid = 107,
  IdentifyDirectory = 108,
  Command = 200,
  Exit = 203,
  /** Up to 3.0. */
  Stderr = 212,
  Stdout = 213,
  /** From 3.1 on. */
  WriteOpen = 303,
  Write = 304,
  WriteReady = 305,
}

/** Where what a command prints goes, from 3.1 on. */
const STDOUT = 1;

/** Everything that a client says first, to be sent in one piece. @param words the command and its arguments */
export function encodeCommand(words: readonly string[], pid: number): Uint8Array {
  return joined([
    message(Message.IdentifyFlags, number32(0), pid),
    message(Message.IdentifyTerm, cString("dumb"), pid),
    message(Message.IdentifyTtyName, cString(""), pid),
    message(Message.IdentifyDirectory, cString("/"), pid),
    message(Message.IdentifyClientPid, number32(pid), pid),
    message(Message.IdentifyDone, new Uint8Array(0), pid),
    message(Message.Command, joined([number32(words.length), cString(words.join("\0"))]), pid),
  ]);
}

function message(type: number, body: Uint8Array, pid: number): Uint8Array {
  return joined([
    number32(type),
    number32(HEADER_BYTES + body.length),
    number32(VERSION),
    number32(pid),
    body,
  ]);
}

/** Little endian, as every processor has it that we build for. */
const number32 = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (let at = 0; at < parts.length; at++) length += parts[at]?.length ?? 0;
  const whole = new Uint8Array(length);
  let done = 0;
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at] as Uint8Array;
    whole.set(part, done);
    done += part.length;
  }
  return whole;
}

/** What was heard so far: what the command printed, and whether it has ended or spoke another protocol. */
export interface TmuxHeard {
  readonly text: string;
  readonly end: "ended" | "not understood" | undefined;
  /** To be answered. */
  readonly reply: Uint8Array | undefined;
  /** How many of the bytes are done with. */
  readonly read: number;
}

/** Read the messages that are complete. */
export function readMessages(bytes: Uint8Array, pid: number): TmuxHeard {
  let text = "";
  let end: TmuxHeard["end"];
  let reply: Uint8Array | undefined;
  let at = 0;
  while (end === undefined && at + HEADER_BYTES <= bytes.length) {
    const type = read32(bytes, at);
    // The upper half says whether a file descriptor came along.
    const length = read32(bytes, at + 4) & 0xffff;
    if (length < HEADER_BYTES) end = "not understood";
    else if (at + length > bytes.length) break;
    else {
      const body = bytes.subarray(at + HEADER_BYTES, at + length);
      if (type === Message.Version) end = "not understood";
      else if (type === Message.Exit) end = "ended";
      else if (type === Message.Stdout) text += decode(body, 8, read32(body, 0));
      else if (type === Message.Write && read32(body, 0) === STDOUT) text += decode(body, 4, body.length);
      else if (type === Message.WriteOpen) {
        const ready = message(Message.WriteReady, joined([body.slice(0, 4), number32(0)]), pid);
        reply = reply === undefined ? ready : joined([reply, ready]);
      }
      at += length;
    }
  }
  return { text, end, reply, read: at };
}

const read32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)) >>> 0;

/** What the format asks for is ASCII; a decoder takes longer to come into being than all of this. */
function decode(body: Uint8Array, from: number, length: number): string {
  let text = "";
  const end = Math.min(body.length, from + length);
  for (let at = from; at < end; at++) text += String.fromCharCode(body[at] ?? 0);
  return text;
}
