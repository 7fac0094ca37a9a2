import { expect, test } from "bun:test";
import { berth, run, scratch } from "./support/berth.ts";
import { Terminal } from "./support/terminal.ts";

test("the binary prints one ID, the same in every command of a terminal", async () => {
  const home = scratch();
  const terminal = new Terminal(["bash", "--norc", "-i"], { home });
  const first = await terminal.line(`${berth} id`, `${home}/out`);
  const second = await terminal.line(`bash -c '${berth} id; true'`, `${home}/out`);
  await terminal.close();
  expect(first).toMatch(/^anchor--[0-9a-f]{64}$/);
  expect(second).toBe(first);
  expect((await run([berth, "id", "--session-id", "my-session"])).stdout).toBe("ex--my-session_01\n");
});
