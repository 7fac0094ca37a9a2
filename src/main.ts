import { start } from "./cli/start.ts";
import { factsReader } from "./facts/open.ts";
import { openHost } from "./facts/open-host.ts";

const host = await openHost();
await start(host, await factsReader(host, true));
