import { setDefaultTimeout } from "bun:test";

// Real programs on a busy machine: a limit is there to end what hangs, not to measure.
setDefaultTimeout(60_000);
