import { hostname } from "node:os";
import process from "node:process";
import { hostOf } from "../../store/hosts.ts";
import { fail } from "../../errors/errors.ts";
import { type Command, flag, outJson } from "../command.ts";
import { storeOf } from "../mean/session.ts";
import { wholeShared } from "../mean/shared.ts";
import { pause } from "./pause.ts";
import { unitFor } from "./publish-unit.ts";

export const publish: Command = {
  usage: "publish",
  about: "Let other machines see the sessions of this one, by the shared database",
  details: [
    `What "berth list --json" says of them, and what is kept in them only with "berth config shared.publishState true".`,
    `"berth fleet list" shows it on every machine that has the same shared.url. While "run" and "hold" have a command under`,
    "way, they publish, too. With --follow it goes on until it is ended; --unit prints what starts that at login.",
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
    const { register, RENEW_S } = await import("../../fleet/lease.ts");
    const { publishingLock, publishNow, publishOn } = await import("./publishing.ts");
    const { store } = backend.options;
    const lease = await backend.pool.use((connection) => register(local, connection, store, host));
    if (lease.cloned) {
      context.say(
        `berth: another machine takes itself for this one: a disk was copied\n  hint: Type "berth doctor --fix"\n`,
      );
    }
    const publisher = { context, local, backend, lease, sent: new Map<string, string>() };
    const count = await publishNow(publisher);
    if (context.json) outJson(context, { host: host.uuid, sessions: publisher.sent.size });
    else context.say(`berth: published ${count} sessions of ${host.label}\n`);
    if (!flag(input, "follow")) return;
    // With it no command of this machine publishes the same; one that does so at this moment has been fenced.
    const never = new Promise(() => {});
    let lock = await publishingLock(local);
    try {
      for (;;) {
        await publishOn(publisher, lock === null ? pause(RENEW_S * 1000, never) : never);
        lock ??= await publishingLock(local);
      }
    } finally {
      await lock?.release();
    }
  },
};
