/**
 * The child process: one request, one script, one answer. Whatever the script does, what is lost is this process.
 */
import { readFileSync, writeSync } from "node:fs";
import * as v from "valibot";
import { type ProjectRoot, projectRoot } from "../files.ts";
import { fullSpeed } from "../full-speed.ts";
import { Bridge } from "./bridge.ts";
import { endWithParent } from "./lifetime.ts";
import { type Fault, type Message, requestSchema, type ScriptRequest } from "./protocol.ts";
import { Script, ScriptFault } from "./script.ts";
import { openMachine } from "./machine.ts";

/** A pipe that is full may be one that does not block; waiting on a lock nobody has is sleeping. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EAGAIN";
}

function send(message: Message): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      if (!isFull(error)) process.exit(1); // nobody listens any more
      pause();
    }
  }
}

/** Say why there is no answer, and end at once: not even a script that catches every error goes on. */
function end(fault: Fault, message: string): never {
  send({ kind: "fault", fault, message });
  process.exit(0);
}

/** Pass on what is printed, up to the limit. */
function printer(limit: number): (bytes: Uint8Array) => void {
  let left = limit;
  const decoder = new TextDecoder();
  return (bytes) => {
    left -= bytes.length;
    const shown = left < 0 ? bytes.subarray(0, Math.max(0, bytes.length + left)) : bytes;
    if (shown.length > 0) send({ kind: "print", text: decoder.decode(shown) });
    if (left < 0) end("output", `it printed more than ${limit} bytes`);
  };
}

/** The directory that the parent means, and no other that was put in its place meanwhile. */
async function openRoot({ path, identity }: NonNullable<ScriptRequest["root"]>): Promise<ProjectRoot> {
  const root = await projectRoot(path);
  if (root.identity !== identity) throw new Error("the project root was replaced");
  return root;
}

async function prepare(request: ScriptRequest): Promise<Script> {
  const machine = await openMachine(request.limits.memory);
  const root = request.root && await openRoot(request.root);
  const bridge = new Bridge(machine, root, request);
  return new Script(machine, bridge, printer(request.limits.output), request);
}

async function receive(): Promise<ScriptRequest> {
  const { parent, ...given } = JSON.parse(readFileSync(0, "utf8"));
  const request = v.parse(requestSchema, given);
  await endWithParent(v.parse(v.number(), parent), request.limits.time);
  return request;
}

function run(script: Script): void {
  fullSpeed();
  send({ kind: "ready" });
  try {
    script.run();
    send({ kind: "done", ...script.result() });
  } catch (error) {
    if (error instanceof ScriptFault) end(error.fault, error.message);
    end(script.machine.refused ? "memory" : "script", String(error));
  }
}

/** The whole life of the child. It ends by itself: closing the Lua state would run finalizers, the script's own. */
export async function runChild(): Promise<never> {
  try {
    run(await prepare(await receive()));
    process.exit(0);
  } catch (error) {
    writeSync(2, error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}
