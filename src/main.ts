import { start } from "./cli/start.ts";
import { openHost } from "./facts/open.ts";

await start(await openHost());
