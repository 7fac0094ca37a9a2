import { start } from "./cli/start.ts";
import { bunHost } from "./facts/host-bun.ts";
import { linuxFacts } from "./facts/linux.ts";
import { threadsOrRestart } from "./facts/threads-bun.ts";

// As `main.ts`, for the binaries of Linux: which host it is need not be found out, and nothing is awaited, which
// saves a twentieth of `berth id`. Deno could not even read this file, for it has no Bun.
void start(bunHost, linuxFacts, threadsOrRestart);
