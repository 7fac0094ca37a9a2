import { bunHost } from "../facts/host-bun.ts";
import { linuxFacts } from "../facts/linux.ts";
import { threadsOrRestart } from "../facts/threads-bun.ts";
import { start } from "./start.ts";

// For the binaries of Linux: which host it is need not be found out, and nothing is awaited.
void start(bunHost, linuxFacts, threadsOrRestart);
