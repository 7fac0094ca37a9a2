/** Numbers for Prometheus, runs for a collector of traces, and berth's own words for a log. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { headersOf, parentOf, tracesEndpoint } from "../../../src/cli/commands/run-span.ts";
import { exposition } from "../../../src/cli/say/prometheus.ts";
import { lockFiles } from "../../../src/store/lock-files.ts";
import { append } from "../../../src/events/log.ts";
import { readCounters } from "../../../src/events/counters.ts";
import { registryProgram } from "../../../scripts/registry-programs.ts";
import { berth, run, scratch } from "../../support/berth.ts";
import { type Project, project } from "../../support/project.ts";

const value = (text: string, name: string): number =>
  Number(text.split("\n").find((line) => line.startsWith(`${name} `))?.split(" ")[1]);

describe("berth metrics", () => {
  test("counts sessions, agents, runs, worktrees; promtool has nothing to say against it", async () => {
    const made = await project();
    await made.ok("new", "one", "--", "true");
    for (const command of ["false", "true"]) await made.berth("run", "one", "--", command);
    await made.berth("run", "one", "--", "sh", "-c", "kill -TERM $$");
    await made.ok("status", "one", "waiting");
    await made.in(made.root, [berth, "agent", "hook", "claude"], {
      stdin: JSON.stringify({ hook_event_name: "UserPromptSubmit", session_id: "c" }),
      env: { BERTH_SESSION: (await made.session("one")).id },
    });
    writeFileSync(`${made.store}/sessions/ex--broken.session.json`, "{");
    const shown = await made.ok("metrics");
    expect(value(shown, 'berth_sessions{state="waiting"}')).toBe(1);
    expect(value(shown, 'berth_agents{agent="claude",status="active"}')).toBe(1);
    expect(value(shown, 'berth_runs_total{outcome="ok"}')).toBe(2);
    expect(value(shown, 'berth_runs_total{outcome="error"}')).toBe(1);
    expect(value(shown, 'berth_runs_total{outcome="stopped"}')).toBe(1);
    expect(value(shown, "berth_worktrees")).toBe(1);
    expect(value(shown, "berth_records_damaged")).toBe(1);
    expect(value(shown, "berth_store_bytes")).toBeGreaterThan(1000);
    expect(value(shown, "berth_wait_oldest_seconds")).toBeGreaterThan(0);
    expect(shown).toMatch(/^berth_build_info\{version="[^"]+",commit="[^"]+",target="[^"]+"\} 1$/m);
    // Neither a session nor a time.
    const { id } = await made.session("one");
    expect([shown.includes(id), shown.includes('one"')]).toEqual([false, false]);
    expect(shown.split("\n").filter((line) => !/^(#.*|\w+(\{[^}]*\})? [\d.]+|)$/.test(line))).toEqual([]);
    const checked = await run([registryProgram("promtool") ?? "promtool", "check", "metrics"], {
      stdin: shown,
    });
    expect(checked).toEqual({ stdout: "", stderr: "", status: 0 });
  });

  test("--textfile is renamed into place for all to read, and leaves nothing where it cannot be", async () => {
    const made = await project("none");
    const directory = scratch("berth-textfile-");
    writeFileSync(`${directory}/berth.prom`, "old");
    expect(await made.ok("metrics", "--textfile", directory)).toBe("");
    expect(readdirSync(directory)).toEqual(["berth.prom"]);
    expect(statSync(`${directory}/berth.prom`).mode & 0o777).toBe(0o644);
    expect(value(readFileSync(`${directory}/berth.prom`, "utf8"), "berth_worktrees")).toBe(0);
    mkdirSync(`${directory}/taken/berth.prom/x`, { recursive: true });
    expect((await made.refused("metrics", "--textfile", `${directory}/taken`)).code).toBe("write_failed");
    expect(readdirSync(`${directory}/taken`)).toEqual(["berth.prom"]);
    expect((await made.refused("metrics", "--textfile", `${directory}/none`)).code).toBe("write_failed");
  });

  test("--textfile clears away what killed writers left, and nothing else", async () => {
    const made = await project("none");
    const directory = scratch("berth-textfile-");
    const put = (name: string, seconds: number) => {
      writeFileSync(`${directory}/${name}`, "half");
      const at = Date.now() / 1000 - seconds;
      utimesSync(`${directory}/${name}`, at, at);
    };
    put("berth.prom.4711.tmp", 3600);
    put("berth.prom.4712.tmp", 0);
    put("other.prom.4711.tmp", 3600);
    await made.ok("metrics", "--textfile", directory);
    expect(readdirSync(directory).sort()).toEqual([
      "berth.prom",
      "berth.prom.4712.tmp",
      "other.prom.4711.tmp",
    ]);
  });

  test("runs are counted for good, though their events go", async () => {
    const directory = scratch("berth-counters-");
    const log = { directory, openLock: await lockFiles(), maxBytes: () => 1024 };
    const stamp = { time: "2026-01-01T00:00:00.000Z", host: null, boot: "b" };
    const ended = (outcome: string) => ({ type: "run.ended", session: "ex--a", data: { outcome } }) as const;
    append(log, stamp, [ended("ok"), ended("ok"), ended("a-later-one")], 1000);
    append(log, stamp, [{ type: "run.started", session: "ex--a", data: {} }], 1000);
    for (const base of readdirSync(directory).filter((name) => name.endsWith(".jsonl"))) {
      writeFileSync(`${directory}/${base}`, "");
    }
    append(log, stamp, [ended("stopped")], 1000);
    expect(readCounters(directory)).toEqual({ runs: { ok: 2, error: 0, stopped: 1, lost: 1 } });
    writeFileSync(`${directory}/counters.json`, "{");
    append(log, stamp, [ended("error")], 1000);
    expect(readCounters(directory)?.runs.error).toBe(1);
    const later = `{"v":9,"runs":{"ok":7,"error":0,"stopped":0,"lost":0}}`;
    writeFileSync(`${directory}/counters.json`, later);
    append(log, stamp, [ended("error")], 1000);
    expect(readFileSync(`${directory}/counters.json`, "utf8")).toBe(later);
  });

  test("labels are escaped as Prometheus wants them", () => {
    const samples = [{ labels: { a: 'x"\\\n' }, value: 1 }];
    expect(exposition([{ name: "m", help: "h", type: "gauge", samples }])).toBe(
      '# HELP m h\n# TYPE m gauge\nm{a="x\\"\\\\\\n"} 1\n',
    );
  });
});

describe("a run told to a collector", () => {
  const TRACE = "0af7651916cd43dd8448eb211c80319c";
  const PARENT = "b7ad6b7169203331";

  async function told(
    made: Project,
    port: number,
    command: readonly string[],
    more: Record<string, string> = {},
  ) {
    const started = performance.now();
    const done = await made.in(made.root, [berth, "run", "one", "--", ...command], {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:secret@127.0.0.1:${port}/`, ...more },
    });
    return { ...done, took: performance.now() - started };
  }

  test("one span, the child of ours, with the program's name and no argument", async () => {
    const made = await project();
    await made.ok("new", "one");
    const got: { path: string; headers: Headers; body: string }[] = [];
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request) {
        got.push({
          path: new URL(request.url).pathname,
          headers: request.headers,
          body: await request.text(),
        });
        return new Response("{}");
      },
    });
    const { status, stderr } = await told(made, server.port ?? 0, ["/bin/sh", "-c", "exit 7 # private"], {
      TRACEPARENT: `00-${TRACE}-${PARENT}-01`,
      OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b,broken, x-other = c",
    });
    expect([status, stderr]).toEqual([7, ""]);
    expect(got.map(({ path }) => path)).toEqual(["/v1/traces"]);
    const [{ headers, body } = { headers: new Headers(), body: "" }] = got;
    expect([headers.get("x-key"), headers.get("x-other"), headers.get("content-type")])
      .toEqual(["a b", "c", "application/json"]);
    expect(body).not.toContain("private");
    const [{ resource, scopeSpans: [{ spans }] }] = JSON.parse(body).resourceSpans;
    expect(resource.attributes).toContainEqual({
      key: "berth.session.id",
      value: { stringValue: (await made.session("one")).id },
    });
    expect(spans).toMatchObject([{
      traceId: TRACE,
      parentSpanId: PARENT,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      name: "berth run sh",
      attributes: [
        { key: "process.executable.name", value: { stringValue: "sh" } },
        { key: "process.exit.code", value: { intValue: "7" } },
      ],
      status: { code: 2 },
    }]);
    const [{ startTimeUnixNano: start, endTimeUnixNano: end }] = spans;
    expect(BigInt(end) >= BigInt(start) && BigInt(end) / 1_000_000n <= BigInt(Date.now())).toBe(true);
    await told(made, server.port ?? 0, ["no-such-program"]);
    expect(JSON.parse(got[1]?.body ?? "").resourceSpans[0].scopeSpans[0].spans[0]).not.toHaveProperty(
      "parentSpanId",
    );
    await told(made, server.port ?? 0, ["true"], { OTEL_SDK_DISABLED: "true" });
    expect(got.length).toBe(2);
  });

  test("one that stalls, answers 503 or cuts costs a second at most, and is a warning", async () => {
    const made = await project();
    await made.ok("new", "one");
    const ways: readonly [string, RegExp, (socket: Bun.Socket) => void][] = [
      ["stalls", /no answer within 1000 ms|timed out/, () => {}],
      ["503", /it answers 503/, (socket) => {
        socket.write("HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n");
        socket.end();
      }],
      ["cuts", /./, (socket) => void socket.terminate()],
      ["cuts in its answer", /./, (socket) => {
        socket.write("HTTP/1.1 200");
        socket.end();
      }],
    ];
    for (const [name, words, data] of ways) {
      using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data } });
      const { status, stderr, took } = await told(made, server.port, ["sh", "-c", "exit 5"]);
      const [line = "", ...more] = stderr.trimEnd().split("\n");
      const where = `berth: warning: the run is not told to http://127.0.0.1:${server.port}/v1/traces: `;
      expect({ name, status, more, where: line.slice(0, where.length) }).toEqual({
        name,
        status: 5,
        more: [],
        where,
      });
      expect(line.slice(where.length)).toMatch(words);
      // A second, and what the machine is slow.
      expect(took).toBeLessThan(10_000);
    }
  });

  test("what the environment says", () => {
    expect(parentOf(`00-${TRACE}-${PARENT}-01`)).toEqual({ traceId: TRACE, parentSpanId: PARENT });
    for (
      const none of [
        undefined,
        "",
        "x",
        `ff-${TRACE}-${PARENT}-01`,
        `00-${"0".repeat(32)}-${PARENT}-01`,
        `00-${TRACE}-${"0".repeat(16)}-01`,
        `00-${TRACE.toUpperCase()}-${PARENT}-01`,
      ]
    ) {
      expect(parentOf(none)).toBeNull();
    }
    const base = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318/otlp/" };
    expect(tracesEndpoint(base)).toBe("http://127.0.0.1:4318/otlp/v1/traces");
    expect(tracesEndpoint({ ...base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:1/t" })).toBe(
      "http://127.0.0.1:1/t",
    );
    for (
      const off of [{ OTEL_TRACES_EXPORTER: "none" }, { OTEL_SDK_DISABLED: "TRUE" }, {
        OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      }]
    ) {
      expect(tracesEndpoint({ ...base, ...off })).toBeNull();
    }
    expect(headersOf({ OTEL_EXPORTER_OTLP_HEADERS: "a=%zz,=b" })).toEqual({
      a: "%zz",
      "content-type": "application/json",
    });
  });
});

describe("berth's own words", () => {
  test("--log-format json: an object a line, errors too; what is data stays as it is", async () => {
    const made = await project("none");
    const lines = (text: string) => text.trimEnd().split("\n").map((line) => JSON.parse(line));
    const empty = await made.berth("list", "--log-format", "json");
    expect(lines(empty.stderr)).toEqual([
      {
        time: expect.stringMatching(/Z$/),
        level: "info",
        message: "no sessions; the first write to one makes it",
      },
    ]);
    const failed = await made.berth("show", "nobody", "--log-format=json");
    expect(lines(failed.stderr)).toMatchObject(
      [{ level: "error", code: "no_such_session", hint: /./ }].map((one) => ({
        ...one,
        hint: expect.any(String),
      })),
    );
    expect(failed.status).toBe(3);
    expect((await made.berth("list", "--log-format", "json", "--quiet")).stderr).toBe("");
    expect((await made.refused("list", "--log-format", "xml")).code).toBe("bad_option_value");
  });

  test("BERTH_LOG=debug says what was found and done, and no value; berth id is not in its way", async () => {
    const made = await project("none");
    const env = { ...made.env, BERTH_LOG: "debug", BERTH_SESSION: "here" };
    const call = (...args: string[]) => run([berth, ...args], { env, cwd: made.root });
    const set = await call("set", "key", "private-value");
    expect(set.stderr).toContain("berth: debug: session found id=");
    expect(set.stderr).toMatch(/berth: debug: done command="set" status=0 ms=\d+\n/);
    expect(set.stderr).not.toContain("private");
    const { BERTH_SESSION: _, ...place } = env;
    expect(await run([berth, "id"], { env: place })).toMatchObject({ stderr: "", status: 0 });
    const { stdout, stderr } = await call("get", "key", "--log-format", "json");
    expect(stdout).toBe("private-value\n");
    expect(stderr.trimEnd().split("\n").map((line) => JSON.parse(line).level)).toEqual(["debug", "debug"]);
  });
});
