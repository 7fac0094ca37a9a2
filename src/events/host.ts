import type { Reading } from "../facts/facts.ts";
import type { Stamp } from "./event.ts";

/** Who we are in the log: which host, in which boot. */
export type Writer = Pick<Stamp, "host" | "boot">;

/** Who writes into the log on the machine of these facts. */
export const writerOn = (boot: Reading<string>): Writer => ({
  host: hostId(),
  boot: boot.ok ? boot.value : null,
});

/** The UUID of this host. */
const hostId = (): string | null => null;
