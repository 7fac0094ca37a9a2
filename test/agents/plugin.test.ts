import { expect, test } from "bun:test";
import { join } from "node:path";
import type { BerthEvent } from "../../src/events/event.ts";
import { berth, cleanEnv, run, scratch } from "../support/berth.ts";
import { payloadsOf, STREAMS } from "../support/agent-streams.ts";

const home = scratch("berth-plugin-");

/** What OpenCode does with its plugins: it loads the file, calls what it exports, and hands over each event. */
const HOST = `
const [, , file, events] = process.argv;
const { Berth } = await import(file);
const hooks = await Berth({ directory: process.cwd() });
for (const event of JSON.parse(events)) {
  if (event.type !== undefined) await hooks.event({ event });
  else if (event.hook === "chat.message") await hooks["chat.message"]({ sessionID: "ses_1" });
}
const output = { env: {} };
await hooks["shell.env"]({}, output);
console.log(JSON.stringify(output.env));
`;

test.each(["opencode", "kilo"])(
  "the plugin of %s: events in their order, without content, and tools know the session",
  async (agent) => {
    const env = { HOME: join(home, agent), BERTH_HOME: join(home, agent, "store"), BERTH_SESSION: "here" };
    const installed = await run([berth, "agent", "install", agent, "--json"], { env });
    const file: string = JSON.parse(installed.stdout).files[0].path;
    await Bun.write(join(home, "host.mjs"), HOST);
    const steps = STREAMS["opencode"]?.["a permission, granted and refused"] ?? [];
    const events = payloadsOf("opencode", steps).map(({ stdin }) => ({ ...stdin, secret: "PROMPTTEXT" }));
    const done = await run([process.execPath, join(home, "host.mjs"), file, JSON.stringify(events)], {
      env: cleanEnv(env.HOME, env),
      cwd: home,
    });
    expect(done.stderr).toBe("");
    const id = (await run([berth, "id"], { env })).stdout.trim();
    expect(JSON.parse(done.stdout)).toEqual({ BERTH_SESSION_ID: id });
    const { stdout } = await run([berth, "events", "--json", "--type", "agent"], { env });
    expect(stdout).not.toContain("PROMPTTEXT");
    expect(stdout).not.toContain("ocperm");
    const seen: BerthEvent[] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    expect(seen.map(({ data }) => [data["agent"], data["event"], data["kind"]])).toEqual([
      [agent, "session.status", "work"],
      [agent, "permission.asked", "permission"],
      [agent, "permission.replied", "work"],
      [agent, "permission.asked", "permission"],
      [agent, "permission.replied", "work"],
      [agent, "session.idle", "settle"],
    ]);
  },
);
