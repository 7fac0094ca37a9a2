/** The readers of what comes from outside, each with samples to begin from and what must hold whatever it is given. */
import { globSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isObject } from "../../src/agents/payload.ts";
import { AGENTS } from "../../src/agents/agents.ts";
import type { Agent } from "../../src/agents/agent.ts";
import { BerthError } from "../../src/errors/errors.ts";
import { readEvents } from "../../src/events/read.ts";
import { parseKinfoProc, parseProcArgs } from "../../src/facts/macos-records.ts";
import { atOrBelow, pointsIn } from "../../src/facts/mounts.ts";
import { sha256 } from "../../src/facts/sha256.ts";
import { parseStartOffset, parseStat } from "../../src/facts/stat.ts";
import { tmuxQuery } from "../../src/facts/tmux.ts";
import { readMessages } from "../../src/facts/tmux-protocol.ts";
import { parseCommandLine } from "../../src/facts/windows-command-line.ts";
import { parseProcessEntry } from "../../src/facts/windows-records.ts";
import { formatBinding, parseBinding } from "../../src/identity/binding.ts";
import { formatLabel, isCanonical } from "../../src/identity/label.ts";
import { parseWorktrees } from "../../src/sessions/git/worktree-list.ts";
import { readHooks } from "../../src/sessions/project-hooks/hooks-file.ts";
import { parseFile } from "../../src/sessions/workspace/workspace-file.ts";
import { decode } from "../../src/store/decode.ts";
import { passwordFor } from "../../src/store/postgres/password-file.ts";
import { settingsOf } from "../../src/store/postgres/settings.ts";
import { DOCUMENTS } from "./documents.ts";
import { GIT } from "./git.ts";
import { PROTOCOLS } from "./protocols.ts";
import { bytes, fixture, hold, HOST, ofText, root, type Target } from "./target.ts";

const RECORD =
  `{"schema":1,"id":"ex--a_b0","source":"explicit-flag","createdAt":"2026-01-01T00:00:00.000Z",` +
  `"updatedAt":"2026-01-01T00:00:00.000Z","lastActivity":"2026-01-01T00:00:00.000Z","messageCount":0,"status":"idle",` +
  `"history":[],"scriptState":{"script":{}},"sharedState":{},"metadata":{}}`;

const EVENT = (seq: number) =>
  `{"v":1,"seq":${seq},"time":"2026-01-01T00:00:00.000Z","host":"${HOST}","boot":"b","session":"ex--a_b0","type":"session.created","data":{}}\n`;

const scratch = mkdtempSync(join(tmpdir(), "berth-fuzz-"));

/** Every target. Agents are loaded as the program loads them. */
export async function targets(): Promise<Target[]> {
  const agents = await Promise.all(
    Object.entries(AGENTS).map(async ([name, load]) => [name, await load()] as const),
  );
  return [
    ...FIXED,
    ...DOCUMENTS,
    ...GIT,
    ...PROTOCOLS,
    ...agents.map(([name, agent]) => ofAgent(name, agent)),
  ];
}

function ofAgent(name: string, agent: Agent): Target {
  const files = globSync(`test/agents/samples/${name}.jsonl`, { cwd: root });
  const lines = files.flatMap((file) => readFileSync(join(root, file), "utf8").split("\n")).filter((line) =>
    line !== ""
  );
  return ofText(
    `events of ${name}`,
    lines.length > 0 ? lines.slice(0, 40) : [`{"session_id":"a","type":"x"}`],
    (text) => {
      let payload: unknown;
      try {
        payload = JSON.parse(text);
      } catch {
        return;
      }
      if (!isObject(payload)) return;
      const point = agent.normalise(payload, undefined);
      hold("a reason is longer than 200 characters", (JSON.stringify(point) ?? "").length < 4096);
    },
  );
}

const FIXED: readonly Target[] = [
  ofText("/proc/PID/stat", [
    "4711 (bash) S 4700 4711 4711 34817 4711 4194304 1 2 3 4 5 6 7 8 20 0 1 0 12345 1 2 3",
    "1 (a) b) R 0 1 1 0 -1 0",
  ], (text) => {
    const read = parseStat(text);
    if (read.ok) {
      hold("no process has such a number", Number.isSafeInteger(read.value.pid) && read.value.pid >= 0);
    }
  }),
  ofText(
    "/proc/self/timens_offsets",
    ["monotonic           0         0\nboottime      -3600 0\n"],
    (text) => {
      hold("an offset is a number", !Number.isNaN(parseStartOffset(text)));
    },
  ),
  ofText(
    "/proc/self/mountinfo",
    ["36 35 98:0 /mnt1 /mnt2/a\\040b rw,noatime master:1 - ext3 /dev/root rw\n"],
    (text) => {
      for (const point of atOrBelow(pointsIn(text), "/mnt2")) {
        hold(
          `${point} is not below`,
          point.startsWith("/mnt2"),
        );
      }
    },
  ),
  ofText("TMUX", ["/tmp/tmux-0/default,123,0", "/a,b,c,1,$2"], (text) => void tmuxQuery(text, "%1")),
  {
    name: "tmux's messages",
    samples: [Uint8Array.from([0x30, 1, 0, 0, 20, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 97, 98, 99, 10])],
    read: (data) => hold("more was read than there is", readMessages(data, 1).read <= data.length),
  },
  ofText("git worktree list", [
    "worktree /a\0HEAD 0123\0branch refs/heads/main\0\0worktree /b\0HEAD 0123\0detached\0locked why\0\0",
  ], (text) => void parseWorktrees(text)),
  {
    name: "a record",
    samples: [bytes(RECORD), bytes("{}"), new Uint8Array(10)],
    read: (data) => void decode({ kind: "bytes", bytes: data }, () => true),
  },
  ofText(
    ".berth.json",
    [`{"hooks":{"post-create":"npm ci","pre-destroy":["a","b"]},"timeout":60}`],
    (text) => {
      writeFileSync(join(scratch, ".berth.json"), text);
      readHooks(scratch);
    },
  ),
  ofText("a workspace file", [
    `{"version":"1.0","sessions":[{"id":"${HOST}","name":"a","status":"idle","createdAt":"2026-01-01T00:00:00Z","lastActivity":"2026-01-01T00:00:00Z"}]}`,
  ], (text) => void parseFile("x", text)),
  ofText("the log of events", [EVENT(1) + EVENT(2), EVENT(5)], (text) => {
    writeFileSync(join(scratch, "events.jsonl"), text);
    let last = 0;
    for (const { seq } of readEvents(scratch)) {
      hold(`${seq} after ${last}`, seq > last);
      last = seq;
    }
  }),
  ofText("a label", ["my-session", "user/name", "ex--foo_bar", "a--b--c", "日本語"], (text) => {
    const id = formatLabel(text, sha256);
    hold(`${id} has characters of its own`, /^[A-Za-z0-9._-]{1,80}$/.test(id));
    hold(`${id} is not itself`, isCanonical(id, sha256) && formatLabel(id, sha256) === id);
  }),
  ofText("BERTH_SESSION_BIND", [
    `2,4711,12345,4711,/dev/pts/3,0:24,b0,pid:[1],anchor--${"0".repeat(64)}`,
    "1,4711,12345,4711,,b0,pid:[1],anchor",
  ], (text) => {
    const binding = parseBinding(text);
    if (binding?.id === undefined) return;
    hold("a binding is not what it says", formatBinding(binding) === text);
  }),
  ofText("where the shared database is", [
    "postgres://me:s3cret@db.example.invalid:5433/team?sslmode=verify-full&connect_timeout=2",
    "postgresql://me:s3cret@[::1],other.invalid:5432,:1/?application_name=a%20b&target_session_attrs=read-write",
    "postgres://me:s3cret@/?service=team&host=%2Fvar%2Frun",
  ], (text) => {
    try {
      const { servers } = settingsOf(text, { USER: "me" }, scratch);
      hold("a port is none", servers.every(({ port }) => port > 0 && port < 65536));
    } catch (error) {
      const login = /^[^@/?#]*\/\/[^@/?#]*@/.exec(text)?.[0] ?? "";
      const isSecret = login.includes("s3cret") && !text.slice(login.length).includes("s3cret");
      hold("a password is told", !isSecret || !String(error).includes("s3cret"));
      throw error;
    }
  }),
  ofText("the password file of the shared database", [
    "db.example.invalid:5432:team:me:s3c\\:ret\n*:*:*:*:other\n",
    "# none\n\nlocalhost:5432:*:me:a:b\n",
  ], (text) => {
    const file = join(scratch, "pgpass");
    writeFileSync(file, text, { mode: 0o600 });
    const server = { host: "db.example.invalid", port: 5432 };
    const found = passwordFor(server, "team", "me", { PGPASSFILE: file }, scratch);
    hold("a password of no line", found === null || !found.includes("\n"));
  }),
  ofText("the service file of the shared database", [
    "[other]\nhost=x\n[team]\nhost=db.example.invalid\nport=5433\nuser=me\nsslmode=require\n# end\n",
  ], (text) => {
    const file = join(scratch, "service");
    writeFileSync(file, text);
    settingsOf("postgres://?service=team", { USER: "me", PGSERVICEFILE: file }, scratch);
  }),
  {
    name: "a process of macOS",
    samples: [fixture("kinfo-proc.bin")],
    read: (data) => void parseKinfoProc(data),
  },
  {
    name: "arguments of macOS",
    samples: [fixture("procargs2.bin")],
    read: (data) => void parseProcArgs(data),
  },
  {
    name: "a process of Windows",
    samples: [fixture("process-entry.bin")],
    read: (data) => void parseProcessEntry(data),
  },
  {
    name: "a command line of Windows",
    samples: [bytes(`"\0a\0"\0 \0b\0`)],
    read: (data) => void parseCommandLine(data),
  },
];

/** Whether a reader may end so. */
export const isAnswer = (error: unknown): boolean => error instanceof BerthError && error.code !== "internal";
