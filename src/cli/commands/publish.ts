import { hostname } from "node:os";
import process from "node:process";
import { openWatch } from "../../events/follow.ts";
import { hostOf } from "../../store/hosts.ts";
import { fail } from "../../errors/errors.ts";
import { type Command, flag, outJson } from "../command.ts";
import { storeOf } from "../mean/session.ts";
import { wholeShared } from "../mean/shared.ts";
import { sessionRows } from "./list.ts";
import { unitFor } from "./publish-unit.ts";

export const publish: Command = {
  usage: "publish",
  about: "Let other machines see the sessions of this one, by the shared database",
  details: [
    `What "berth list --json" says of them, never what is kept in them. "berth fleet list" shows it on every machine that`,
    "has the same shared.url. With --follow it goes on until it is ended; --unit prints what starts that at login.",
  ],
  options: [
    { flag: "--follow", about: "Go on publishing what changes, until ^C" },
    {
      flag: "--unit",
      about: "Print a unit for systemd (on macOS launchd, on Windows the Task Scheduler), and do nothing",
    },
  ],
  examples: ["berth publish", "berth publish --unit"],
  async run(context, input) {
    if (flag(input, "unit")) return context.out(unitFor(process.platform, process.execPath));
    const local = storeOf(context, input, "publish");
    const { backend } = await wholeShared(context, local);
    const host = await hostOf(local);
    if (host === null) {
      throw fail("no_stable_session", { why: `host ${hostname()} has no ID that could be kept` });
    }
    const { register, renew, RENEW_S } = await import("../../fleet/lease.ts");
    const { publishSessions } = await import("../../fleet/publish.ts");
    const { store } = backend.options;
    const lease = await backend.pool.use((connection) => register(connection, store, host));
    if (lease.cloned) {
      context.say(
        `berth: another machine takes itself for this one: a disk was copied\n  hint: Type "berth doctor --fix"\n`,
      );
    }
    const before = new Map<string, string>();
    const once = async () => await publishSessions(backend, lease, await sessionRows(context, local), before);
    const count = await once();
    if (context.json) outJson(context, { host: host.uuid, sessions: before.size });
    else context.say(`berth: published ${count} sessions of ${host.label}\n`);
    if (!flag(input, "follow")) return;
    using watcher = openWatch(local.backend.locate("events"));
    for (let renewed = performance.now();;) {
      await watcher.change(RENEW_S * 1000);
      if (performance.now() - renewed > RENEW_S * 900) {
        await backend.pool.use((connection) => renew(connection, store, lease));
        renewed = performance.now();
      }
      await once();
    }
  },
};
