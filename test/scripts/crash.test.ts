import { expect, test } from "bun:test";
import { berth, root } from "../support/berth.ts";

/** Seconds that a suite has for it; where a machine is slower, it does fewer. */
const WITHIN = "300";

/** The same ones each time, so that a red suite is about the change at hand; BERTH_CRASH_SEED chooses another. */
const SEED = Number(process.env["BERTH_CRASH_SEED"] ?? 574559704);

test(`a tenth of all faults, chosen by ${SEED}, leaves nothing wrong`, async () => {
  const command = [
    process.execPath,
    "scripts/crash.ts",
    "--tenth",
    "--within",
    WITHIN,
    "--seed",
    String(SEED),
  ];
  const child = Bun.spawn(command, {
    cwd: root,
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, BERTH_TEST_BINARY: berth },
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  console.log(out);
  expect([await child.exited, err]).toEqual([0, ""]);
  expect(Number(/^(\d+) faults, 0 wrong/m.exec(out)?.[1])).toBeGreaterThan(40);
}, 900_000);
