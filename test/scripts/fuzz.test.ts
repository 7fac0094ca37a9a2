import { expect, test } from "bun:test";
import { fuzz, keptOf, wrongWith } from "../../scripts/fuzz.ts";
import { targets } from "../../scripts/fuzz/targets.ts";

const SEED = Number(process.env["BERTH_FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const TRIES = 2000;

const all = await targets();

test.each(all.map((target) => [target.name, target] as const))(
  `%s: ${TRIES} inputs of seed ${SEED}`,
  async (_, target) => {
    for (const sample of [...target.samples, ...keptOf(target)]) {
      expect(await wrongWith(target, sample)).toBeNull();
    }
    const found = await fuzz(target, TRIES, SEED);
    expect(found === null ? null : [found.why, new TextDecoder().decode(found.data)]).toBeNull();
  },
);

test("a reader that trusts what it reads is found", async () => {
  const trusting = {
    name: "trusting",
    samples: [new TextEncoder().encode(`{"a":{"b":1}}`)],
    read: (data: Uint8Array) => void JSON.parse(new TextDecoder().decode(data)).a.b,
  };
  expect(await fuzz(trusting, 1000, 1)).not.toBeNull();
});
