/** One process of one host: as many steps on a shared session as are asked for, and what came of each. */
import { sha256 } from "../../src/facts/sha256.ts";
import { formatLabel } from "../../src/identity/label.ts";
import { newsOf } from "../../src/events/derive.ts";
import { lineOf } from "../../src/events/event.ts";
import { hostOf } from "../../src/store/hosts.ts";
import { BerthError } from "../../src/errors/errors.ts";
import { openShared } from "../../src/fleet/open-shared.ts";
import { increment } from "../../src/store/state.ts";
import { updateSession } from "../../src/store/update.ts";
import { storeAt } from "./store.ts";

const [, , directory = "", machine = "", url = "", steps = "0"] = process.argv;
const boot = `boot of ${machine}`;
const identity = () => ({
  machine,
  boot,
  pidNamespace: "pid:[1]",
  lasting: true,
  label: () => machine,
});
const local = { ...storeAt(directory), hosting: { identity } };
await hostOf(local);
const shared = openShared(local, { url, namespaces: ["team"], known: true, store: null, idleMs: 60_000 }, {
  variables: { HOME: directory },
  eventsOf: (told) => newsOf(told).map((one) => lineOf(0, { time: "", host: machine, boot }, one).trimEnd()),
});
const codes: string[] = [];
while (codes.length < Number(steps)) {
  try {
    await updateSession(
      shared,
      formatLabel("team--count", sha256),
      (draft) => void increment(draft.sharedState, "n", 1),
      {
        waitMs: 60_000,
        origin: { source: "library" },
        repeatable: true,
      },
    );
    codes.push("done");
  } catch (error) {
    // Whatever else it says means that nothing was kept.
    if (!(error instanceof BerthError)) throw error;
    if (error.code === "write_unsure") codes.push(error.code);
  }
}
console.log(JSON.stringify(codes));
process.exit(0);
