import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { BLOCK, nextNumber, type Reserved } from "../../src/events/sequence.ts";

const nothing: Reserved = { upTo: 0, boots: {} };
const here = { host: "h", boot: "b1" };
const kept = (upTo: number, boots: Record<string, string> = { h: "b1" }) => () => ({ upTo, boots });

describe("the number of the next event", () => {
  test("the first one reserves a block", () => {
    expect(nextNumber(null, here, () => nothing)).toEqual({
      seq: 1,
      reserve: { upTo: BLOCK, boots: { h: "b1" } },
      gap: false,
    });
  });

  test("within a block nothing is read or kept", () => {
    const unread = () => {
      throw new Error("it was read");
    };
    expect(nextNumber({ seq: 41, ...here }, here, unread)).toEqual({ seq: 42, reserve: null, gap: false });
  });

  test("at a block's end the next one is reserved, and nothing is missing", () => {
    const next = nextNumber({ seq: BLOCK, ...here }, here, kept(BLOCK));
    expect(next).toEqual({ seq: BLOCK + 1, reserve: { upTo: 2 * BLOCK, boots: { h: "b1" } }, gap: false });
  });

  test("a block that was reserved by a writer killed before it wrote is used", () => {
    expect(nextNumber({ seq: BLOCK, ...here }, here, kept(2 * BLOCK)))
      .toEqual({ seq: BLOCK + 1, reserve: null, gap: false });
  });

  test("after a restart a new block is begun, since the last lines may be lost", () => {
    const next = nextNumber({ seq: 41, ...here }, { host: "h", boot: "b2" }, kept(BLOCK));
    expect(next).toEqual({ seq: BLOCK + 1, reserve: { upTo: 2 * BLOCK, boots: { h: "b2" } }, gap: true });
  });

  test("a log that is gone begins behind all that was given", () => {
    expect(nextNumber(null, here, kept(3 * BLOCK))).toMatchObject({ seq: 3 * BLOCK + 1, gap: true });
  });

  test("a reservation that is lost goes by the last line", () => {
    expect(nextNumber({ seq: 2500, ...here }, { host: "h", boot: "b2" }, () => nothing))
      .toMatchObject({ seq: 2501, reserve: { upTo: 3000 } });
  });

  test("another host of the same store goes on within the block", () => {
    const other = { host: "o", boot: "x" };
    const first = nextNumber({ seq: 41, ...here }, other, kept(BLOCK));
    expect(first).toMatchObject({
      seq: 42,
      gap: false,
      reserve: { upTo: BLOCK, boots: { h: "b1", o: "x" } },
    });
    expect(nextNumber({ seq: 42, ...other }, here, kept(BLOCK, { h: "b1", o: "x" })))
      .toEqual({ seq: 43, reserve: null, gap: false });
  });

  test("a host that cannot read its boot writes on in its block", () => {
    const blind = { host: null, boot: null };
    expect(nextNumber({ seq: BLOCK, ...blind }, blind, kept(BLOCK, { "": "" })))
      .toMatchObject({ seq: BLOCK + 1, gap: false });
  });

  test("no number comes twice, whatever is lost of the log at a power cut, and whoever writes", () => {
    const step = fc.record({ host: fc.constantFrom("h", "o"), cut: fc.boolean(), lost: fc.nat(1500) });
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), fc.nat(990), (steps, start) => {
      let reserved: Reserved = { upTo: BLOCK, boots: { h: "0", o: "0" } };
      let log = Array.from({ length: start + 1 }, (_, at) => ({ seq: at + 1, host: "h", boot: "0" }));
      const given = new Set(log.map(({ seq }) => seq));
      let boot = 0;
      for (const { host, cut, lost } of steps) {
        // A power cut: what was not synced is gone, and this machine has two hosts' worth of writers.
        if (cut) [log, boot] = [log.slice(0, Math.max(0, log.length - lost)), boot + 1];
        const writer = { host, boot: String(boot) };
        const next = nextNumber(log.at(-1) ?? null, writer, () => reserved);
        if (next.reserve !== null) reserved = next.reserve;
        expect(given.has(next.seq)).toBe(false);
        expect(next.seq).toBeLessThanOrEqual(reserved.upTo);
        given.add(next.seq);
        log.push({ seq: next.seq, ...writer });
      }
    }));
  });
});
