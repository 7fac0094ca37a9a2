import process from "node:process";
import { fail } from "../errors/errors.ts";
import { type Backend, type Holder, type Lock, type LockRequest, MAX_BYTES } from "./backend.ts";

const encoder = new TextEncoder();

interface Entry {
  readonly bytes: Uint8Array;
  readonly changed: number;
}

/** A place that is gone with the process, for tests and for programs that want nothing on disk. */
export function memoryBackend(): Backend {
  const entries = new Map<string, Entry>();
  const locks = new Map<string, Holder>();
  const put = (name: string, text: string) => {
    entries.set(name, { bytes: encoder.encode(text), changed: Date.now() });
  };
  return {
    locate: (name) => `memory:/${name}`,
    read(name) {
      const entry = entries.get(name);
      if (entry === undefined) return null;
      const size = entry.bytes.length;
      // A copy: what a caller does with its bytes is no write.
      if (size > MAX_BYTES) return { kind: "unfit", reason: "too-large", size };
      return { kind: "bytes", bytes: entry.bytes.slice() };
    },
    write: put,
    create(name, text) {
      if (entries.has(name)) return false;
      put(name, text);
      return true;
    },
    move(from, to) {
      const entry = entries.get(from);
      if (entry === undefined || entries.has(to)) return false;
      entries.set(to, entry);
      return entries.delete(from);
    },
    remove: (name) => entries.delete(name),
    list: (folder) => basesIn([...entries.keys()], folder),
    stat(name) {
      const entry = entries.get(name);
      return entry === undefined ? null : { bytes: entry.bytes.length, changed: entry.changed };
    },
    lock: (name, request) => lockIn(locks, name, request),
  };
}

function basesIn(names: string[], folder: string): string[] {
  if (folder === "") return names.filter((name) => !name.includes("/"));
  return names.filter((name) => name.startsWith(`${folder}/`)).map((name) => name.slice(folder.length + 1));
}

async function lockIn(locks: Map<string, Holder>, name: string, request: LockRequest): Promise<Lock> {
  const deadline = performance.now() + request.waitMs;
  for (;;) {
    const other = locks.get(name);
    if (other === undefined) return take(locks, name, request.command);
    if (performance.now() >= deadline) {
      throw fail("locked", { what: request.what, waitedMs: request.waitMs, holder: other });
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function take(locks: Map<string, Holder>, name: string, command: string): Lock {
  const mine: Holder = { pid: process.pid, command, since: new Date().toISOString() };
  locks.set(name, mine);
  const release = () => {
    if (locks.get(name) === mine) locks.delete(name);
  };
  return {
    get held() {
      return locks.get(name) === mine;
    },
    release,
    discard: release,
    // deno-lint-ignore require-await -- it is done when this returns
    [Symbol.asyncDispose]: async () => release(),
  };
}
