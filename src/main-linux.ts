import { start } from "./cli/start.ts";
import { bunHost } from "./facts/host-bun.ts";

// As `main.ts`, for the binaries of Linux: which host it is need not be found out, and an import that is not
// awaited saves a twentieth of `berth id`. Deno could not even read this file, for it has no bun:ffi.
await start(bunHost);
