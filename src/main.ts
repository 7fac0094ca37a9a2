import { start } from "./cli/start.ts";
import { factsReader } from "./facts/open.ts";
import { openHost } from "./facts/open-host.ts";

const host = await openHost();
const facts = await factsReader(host, true);
await start(host, facts);
