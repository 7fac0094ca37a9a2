/*
 * A process of its own that asks for the cleanup of a run, for the test of what several do at once:
 * cleanup-worker.ts DIRECTORY SESSION OTHERS
 *
 * Its cleaner leaves an x in DIRECTORY/cleaned and is at work until as many others have left one in DIRECTORY/idle.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { factsReader } from "../../src/facts/open.ts";
import { openHost } from "../../src/facts/open-host.ts";
import { completeCleanup } from "../../src/sessions/runs/cleanup.ts";
import { machineFrom } from "../../src/store/liveness.ts";
import { openStore } from "../../src/store/open.ts";
import { until } from "./until.ts";

const [directory = "", id = "", others = "0"] = process.argv.slice(2);
const facts = await factsReader(await openHost());
const self = facts().process(process.pid);
const { boot } = facts();
if (!self.ok || !boot.ok) throw new Error("Cannot read our own process");

const idle = `${directory}/idle`;
let cleaning = false;

await completeCleanup(
  {
    store: openStore({ directory, command: "worker", waitMs: 60_000 }),
    newUuid: () => crypto.randomUUID(),
    clock: () => new Date(),
    async cleaner() {
      cleaning = true;
      appendFileSync(`${directory}/cleaned`, "x");
      const came = () => existsSync(idle) && readFileSync(idle, "utf8").length === Number(others);
      await until("the others", () => came() || undefined, 10_000);
    },
    log: () => {},
    machine: () => machineFrom(facts()),
    findMarked: () => [],
    processesAt: () => [],
    lookAround: () => ({ occupants: [], ownMounts: [], mounts: [] }),
    mountsBelow: () => [],
    self: { pid: self.value.pid, start: self.value.start, bootId: boot.value },
  },
  id,
  { exitCode: 0, status: "stopped" },
);

if (!cleaning) appendFileSync(idle, "x");
