/** Readers of what stands in the store, and beside it, in files that somebody else may have written or cut. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLedger } from "../../src/agents/ledger.ts";
import { readUndo, undone } from "../../src/agents/install/undo.ts";
import { readReceipt, receiptPath } from "../../src/cli/commands/update/receipt.ts";
import { readCounters } from "../../src/events/counters.ts";
import { append } from "../../src/events/log.ts";
import { readEvents } from "../../src/events/read.ts";
import { knownHosts, lastAnswer } from "../../src/fleet/hosts.ts";
import { readShared } from "../../src/fleet/shared.ts";
import { takeFailure, takeHandoff } from "../../src/sessions/background/handoff.ts";
import { readMarker } from "../../src/sessions/git/marker.ts";
import { parseManifest } from "../../src/sessions/undo/manifest.ts";
import { readWorkspace } from "../../src/sessions/workspace/workspace.ts";
import { readConfig } from "../../src/store/config.ts";
import { knownHost } from "../../src/store/hosts.ts";
import { lockFiles } from "../../src/store/lock-files.ts";
import { memoryBackend } from "../../src/store/memory-backend.ts";
import type { Store } from "../../src/store/open.ts";
import { readSeen } from "../../src/store/seen.ts";
import { bytes, hold, HOST, type Target } from "./target.ts";

const scratch = mkdtempSync(join(tmpdir(), "berth-fuzz-"));
const AT = "2026-01-01T00:00:00.000Z";
const IDENTITY = {
  machine: "0123456789abcdef0123456789abcdef",
  boot: "b",
  lasting: true,
  label: () => "here",
  pidNamespace: "pid:[1]",
};

/** A store in which every document is this one. */
const storeOf = (data: Uint8Array): Store => ({
  backend: { ...memoryBackend(), read: () => ({ kind: "bytes", bytes: data }) },
  now: () => new Date(AT),
  waitMs: 0,
  command: "fuzz",
  warn: () => {},
  hosting: { identity: () => IDENTITY } as unknown as NonNullable<Store["hosting"]>,
});

const inStore = (name: string, samples: readonly string[], read: (store: Store) => void): Target => ({
  name,
  samples: samples.map(bytes),
  read: (data) => read(storeOf(data)),
});

/** A file of a directory of its own. */
function inFile(
  name: string,
  file: string,
  samples: readonly string[],
  read: (directory: string) => void | Promise<void>,
): Target {
  const directory = join(scratch, name.replace(/\W+/g, "-"));
  mkdirSync(directory);
  return {
    name,
    samples: samples.map(bytes),
    read: (data) => {
      writeFileSync(join(directory, file), data);
      return read(directory);
    },
  };
}

const OBJECT = "0123456789abcdef0123456789abcdef01234567";
const POINT = { at: 1, session: "ex--a", subagent: null, status: "active", reason: null };
const KNOWN = {
  agent: "claude",
  session: "c1",
  process: { pid: 1, start: "1", bootId: "b" },
  base: { main: POINT, subagents: {} },
  points: [POINT],
};
const SPOOL = {
  stamp: { time: AT, host: HOST, boot: "b" },
  news: [{ type: "session.created", session: "ex--a", data: { name: null } }],
};

export const DOCUMENTS: readonly Target[] = [
  inStore(
    "the settings",
    [`{"schema":1,"maxCount":7,"limits.sessions":7,"branch.prefix":"x/"}`],
    (store) => void readConfig(store),
  ),
  inStore("what a project trusts", [`{"schema":1,"root":"/r","trusted":["0"]}`], (store) => {
    const { trusted = [] } = readWorkspace(store, "/r");
    hold("what is trusted is no text", trusted.every((one) => typeof one === "string"));
  }),
  inStore("who was looked at", [`{"v":1,"seen":[["ex--a","${AT}"]]}`], (store) => {
    for (const [id, at] of readSeen(store)) hold(`${id} at ${at}`, !Number.isNaN(Date.parse(at)));
  }),
  inStore(
    "the hosts of the fleet",
    [`{"schema":1,"hosts":{"devbox":{"ssh":"me@devbox.invalid","berth":"berth"}}}`],
    (store) => {
      for (const { name, ssh, berth } of knownHosts(store)) {
        hold("a host is no text", [name, ssh, berth].every((one) => typeof one === "string"));
      }
    },
  ),
  inStore(
    "what a host said last",
    [`{"schema":1,"at":"${AT}","answer":{"schema":1,"sessions":[]}}`],
    (store) => {
      const kept = lastAnswer(store, "devbox");
      hold("a time is none", kept === null || !Number.isNaN(kept.at.getTime()));
    },
  ),
  inStore(
    "the entry of this machine",
    [
      `{"schema":1,"uuid":"${HOST}","machine":"${IDENTITY.machine}","label":"here","lasting":true,"boots":["b"]}`,
    ],
    (store) => {
      const entry = knownHost(store);
      hold("another machine's entry", entry === null || entry.machine === IDENTITY.machine);
    },
  ),
  inStore("what is shared", [`{"schema":1,"namespaces":["team"]}`], (store) => void readShared(store, {})),
  inStore(
    "how an installation is undone",
    [
      `{"path":"/f","after":"a","before":"b","spans":[{"at":1,"length":2}],"blank":null}`,
      `{"path":"/f","after":"a","before":null,"spans":null,"blank":null}`,
    ],
    (store) => {
      readUndo(store, "/f");
      undone(store, "/f", "text");
    },
  ),
  inStore(
    "a command that is handed over",
    [`{"schema":1,"id":"ex--a","command":["true"],"environment":{"A":"1"}}`],
    (store) => {
      const { command } = takeHandoff(store, "background/x.json");
      hold("a word is no text", command.every((word) => typeof word === "string"));
    },
  ),
  inStore(
    "why a command did not begin",
    [`{"code":"not_found","message":"m","hint":"h","exit":3}`],
    (store) => void takeFailure(store, "background/x.json"),
  ),
  inFile(
    "the ledger of agents",
    "agents.json",
    [JSON.stringify({ v: 1, seq: 3, agents: [["claude c1", KNOWN]] })],
    (directory) => void readLedger(directory),
  ),
  inFile(
    "the counters of runs",
    "counters.json",
    [`{"v":1,"runs":{"ok":1,"error":2,"stopped":3,"lost":4}}`],
    (directory) => {
      const { runs } = readCounters(directory) ?? { runs: {} };
      hold("a count is none", Object.values(runs).every((count) => Number.isSafeInteger(count)));
    },
  ),
  inFile("what was reserved of the log", "reserved.json", [`{"upTo":1000,"boots":{"${HOST}":"b"}}`], written),
  inFile("events left for the next writer", "spool-a-1-0.jsonl", [JSON.stringify(SPOOL)], written),
  inFile(
    "the receipt of an installation",
    "berth.receipt",
    ["berth-receipt 1\nbase https://base.invalid/\ntarget linux-x64\nprogram /bin/berth\nfile /share/a\n"],
    (directory) => {
      const program = join(directory, "berth");
      hold("the receipt is elsewhere", receiptPath(program) === join(directory, "berth.receipt"));
      readReceipt(program);
    },
  ),
  inFile(
    "the mark of a worktree",
    "berth.json",
    [
      JSON.stringify({
        schema: 1,
        id: `uuid--${HOST}`,
        name: "a",
        branch: "feature/a",
        ownsBranch: true,
        baseRef: "main",
        createdAt: AT,
      }),
    ],
    (directory) => hold("a marker without a branch", readMarker(directory)?.branch !== ""),
  ),
  {
    name: "what a removed worktree held",
    samples: [
      bytes(JSON.stringify({
        schema: 1,
        id: "x",
        branch: "b",
        head: OBJECT,
        files: [{ kind: "file", path: "a/b", object: OBJECT, executable: true, mode: 0o644 }],
        missing: ["c"],
        admin: [{ kind: "link", path: "l", target: "../a" }, { kind: "directory", path: "d" }],
      })),
    ],
    read(data) {
      const { files = [] } = parseManifest(new TextDecoder().decode(data)) ?? {};
      hold("a path leads out", files.every(({ path }) => !path.split("/").includes("..")));
    },
  },
];

/** Whoever writes the next event takes it in, and what comes out is a log. */
async function written(directory: string): Promise<void> {
  const log = { directory, openLock: await lockFiles(), maxBytes: () => 4096 };
  append(
    log,
    { time: AT, host: HOST, boot: "b" },
    [{ type: "run.started", session: "ex--a", data: {} }],
    1000,
  );
  let last = 0;
  for (const { seq } of readEvents(directory)) {
    hold(`${seq} after ${last}`, seq > last);
    last = seq;
  }
  hold("what was written is not there", last > 0);
}
