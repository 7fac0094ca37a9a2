import type { Host } from "../facts/host.ts";
import type { Means } from "../identity/resolution.ts";

/** What the decision needs besides facts, from the real world. */
export const means = (host: Host): Means => ({
  sha256: host.sha256,
  randomUuid: () => crypto.randomUUID(),
});
