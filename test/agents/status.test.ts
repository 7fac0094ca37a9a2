import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { AGENT_NAMES, loadAgent } from "../../src/agents/agents.ts";
import type { Agent } from "../../src/agents/agent.ts";
import type { Evidence } from "../../src/agents/evidence.ts";
import { judge } from "../../src/agents/judge.ts";
import { add, courseOf, type Known } from "../../src/agents/known.ts";
import { NO_COURSE } from "../../src/agents/status.ts";
import { payloadsOf, type Sample, samplesOf, type Step, STREAMS } from "../support/agent-streams.ts";

const agents = new Map(
  await Promise.all(AGENT_NAMES.map(async (name) => [name, await loadAgent(name) as Agent] as const)),
);
const agentOf = (name: string) => agents.get(name) as Agent;
const TIMED = ["gemini", "copilot", "qwen"];
const NOW = Date.parse("2026-03-02T00:00:00.000Z");

/** What berth says after these events, in the order in which they came. */
function after(
  name: string,
  samples: readonly Sample[],
  more: { evidence?: Evidence; alive?: boolean | null; now?: number } = {},
) {
  const process = { pid: 7, start: "1", boot: "b", host: null, pidNamespace: null };
  let known: Known = { agent: name, session: "s", process, base: NO_COURSE, points: [], told: null };
  samples.forEach(({ event, stdin }, at) => {
    const point = agentOf(name).normalise(stdin, event);
    // As the log stamps them: the order of arrival.
    if (point !== null) known = add(known, { ...point, when: point.at ?? NOW - 100_000 + at });
  });
  const { evidence = null, alive = courseOf(known).ended ? false : true, now = NOW } = more;
  return judge({
    known,
    alive,
    evidence,
    waitingMs: agentOf(name).waitingMs,
    typedAt: null,
    now: name === "gemini" && more.now === undefined ? 0 : now,
  });
}
const statusAfter = (name: string, samples: readonly Sample[]) => after(name, samples)?.status ?? null;

const streams = Object.entries(STREAMS).flatMap(([name, all]) =>
  Object.entries(all).map(([what, steps]) => [name, what, steps] as [string, string, readonly Step[]])
);

describe("the events of every agent", () => {
  test.each(AGENT_NAMES.filter((name) => name !== "kilo"))(
    "%s: each sample is one, and none of its content is kept",
    (name) => {
      for (const { event, stdin } of samplesOf(name)) {
        const point = agentOf(name).normalise(stdin, event);
        expect(point).not.toBeNull();
        const kept = JSON.stringify(point);
        for (
          const secret of ["FAKE", "probe", "touch", "/home/user", "fake description", "Approve", "sh -c"]
        ) {
          expect(kept).not.toContain(secret);
        }
        expect(kept.length).toBeLessThan(500);
      }
    },
  );

  test.each(streams)("%s, %s: right after each of them", (name, _what, steps) => {
    const samples = payloadsOf(name, steps);
    const seen = steps.map((_step, at) => statusAfter(name, samples.slice(0, at + 1)));
    expect(seen).toEqual(steps.map(({ status }) => status));
  });

  test.each(streams)("%s, %s: doubled, it is the same", (name, _what, steps) => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: steps.length, maxLength: steps.length }),
        fc.nat(steps.length - 1),
        (twice, cut) => {
          const samples = payloadsOf(name, steps).slice(0, cut + 1);
          const doubled = samples.flatMap((sample, at) => twice[at] ? [sample, sample] : [sample]);
          expect(statusAfter(name, doubled)).toBe(steps[cut]?.status ?? null);
        },
      ),
    );
  });

  test.each(streams.filter(([name]) => TIMED.includes(name)))(
    "%s, %s: in any order, and doubled, it is the same",
    (name, _what, steps) => {
      const samples = payloadsOf(name, steps);
      const shuffled = fc.nat(steps.length - 1).chain((cut) => {
        const some = samples.slice(0, cut + 1);
        return fc.tuple(
          fc.constant(cut),
          fc.shuffledSubarray([...some, ...some], { minLength: some.length * 2 }),
        );
      });
      fc.assert(fc.property(shuffled, ([cut, events]) => {
        const [straight, other] = [after(name, samples.slice(0, cut + 1)), after(name, events)];
        expect(other?.status ?? null).toBe(steps[cut]?.status ?? null);
        expect(other).toEqual(straight);
      }));
    },
  );

  test.each(streams)("%s, %s: whatever was lost, the last event counts", (name, _what, steps) => {
    const samples = payloadsOf(name, steps);
    const some = fc.subarray(samples.slice(0, -1).map((_, at) => at));
    fc.assert(fc.property(some, (kept) => {
      const events = [...kept.map((at) => samples[at] as Sample), samples.at(-1) as Sample];
      const status = statusAfter(name, events);
      const right = steps.at(-1)?.status ?? null;
      // What only says more of an event that is lost (a reminder, the end of a failure) cannot say it alone.
      expect([right, "idle", "unknown"]).toContain(status as string);
    }));
  });
});

describe("what counts more", () => {
  const at = (ms: number, status: Evidence["status"], reason: string | null = null): Evidence => ({
    status,
    reason,
    at: ms,
    source: "a file",
  });
  const [prompt, stop, failure] = ["UserPromptSubmit", "Stop", "StopFailure"].map((name) =>
    payloadsOf("claude", [{ name, status: null }])[0] as Sample
  ) as [Sample, Sample, Sample];
  // The stamp of the first event of a stream.
  const first = NOW - 100_000;

  test("the newer of event and evidence", () => {
    expect(after("claude", [prompt], { evidence: at(first + 5, "idle") })).toMatchObject({
      status: "idle",
      evidence: { source: "a file" },
    });
    expect(after("claude", [prompt], { evidence: at(first - 5, "idle") })).toMatchObject({
      status: "active",
      evidence: { source: "hook UserPromptSubmit" },
    });
    expect(after("claude", [prompt], { evidence: at(first + 5, "waiting", "Bash") })).toMatchObject({
      status: "waiting",
      reason: "Bash",
    });
  });

  test("of two words of the same waiting, whichever came last, the one that says what for", () => {
    const [request] = payloadsOf("claude", [{ name: "PermissionRequest", status: null }]) as [Sample];
    const [reminder] = payloadsOf("claude", [
      { name: "Notification", like: { notification_type: "permission_prompt" }, status: null },
    ]) as [Sample];
    const reason = (event: Sample, evidence: Evidence) =>
      after("claude", [prompt, event], { evidence })?.reason;
    const prompted = (ms: number) => at(first + ms, "waiting", "permission prompt");
    expect(reason(request, prompted(20))).toBe("permission for Bash");
    expect(reason(request, prompted(-20))).toBe("permission for Bash");
    expect(reason(reminder, at(first - 20, "waiting", "a plan"))).toBe("a plan");
    // What was asked for long before is another waiting.
    expect(reason(request, prompted(60_000))).toBe("permission prompt");
    expect(reason(reminder, at(first - 60_000, "waiting", "a plan"))).toBe("permission");
    // What was stopped before the turn that is over says nothing of this one.
    expect(after("claude", [prompt, stop], { evidence: at(first - 20, "idle", "cancelled") })?.reason)
      .toBeNull();
  });

  test("a failure, over the idle that follows it", () => {
    expect(after("claude", [prompt, failure], { evidence: at(first + 50, "idle") })?.status).toBe("error");
    expect(after("claude", [prompt, failure], { evidence: at(first + 50, "active") })?.status).toBe("active");
  });

  test("subagents that a turn left at work, over idle; those of a turn that was stopped do not", () => {
    const [start] = payloadsOf("claude", [{
      name: "SubagentStart",
      over: { agent_id: "s1" },
      status: null,
    }]) as [Sample];
    const left = { ...stop, stdin: { ...stop.stdin, background_tasks: [{ id: "s1", agent_type: "x" }] } };
    expect(after("claude", [prompt, start, left], { evidence: at(first + 50, "idle") })).toMatchObject({
      status: "active",
      reason: "a subagent works",
    });
    expect(after("claude", [prompt, start], { evidence: at(first + 50, "idle") })?.status).toBe("idle");
  });

  test("an age is that of the status, not of its last proof", () => {
    const [request, reminder] = payloadsOf("claude", [
      { name: "PermissionRequest", status: null },
      { name: "Notification", like: { notification_type: "permission_prompt" }, status: null },
    ]) as [Sample, Sample];
    expect(after("claude", [prompt, request, reminder])).toMatchObject({
      reason: "permission for Bash",
      since: new Date(first + 1).toISOString(),
      evidence: { at: new Date(first + 2).toISOString() },
    });
  });

  test("the process: gone is gone, and one that cannot be seen is unknown", () => {
    expect(after("claude", [prompt], { alive: false })).toBeNull();
    expect(after("claude", [prompt], { alive: null })).toMatchObject({ status: "unknown" });
  });

  test("one that lives after its conversation ended is idle", () => {
    const [end] = payloadsOf("copilot", [{ name: "sessionEnd", status: null }]) as [Sample];
    const [asked] = payloadsOf("copilot", [{ name: "userPromptSubmitted", status: null }]) as [Sample];
    expect(after("copilot", [asked, end], { alive: true })).toMatchObject({ status: "idle" });
  });

  test("a waiting that nothing would end is unknown after ten minutes", () => {
    const asked = payloadsOf("gemini", [{ name: "BeforeAgent", status: null }, {
      name: "Notification",
      status: null,
    }]);
    const when = Date.parse("2026-03-01T00:00:01.000Z");
    expect(after("gemini", asked, { now: when + 9 * 60_000 })?.status).toBe("waiting");
    expect(after("gemini", asked, { now: when + 11 * 60_000 })?.status).toBe("unknown");
  });
});
