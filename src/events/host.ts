import type { Reading } from "../facts/facts.ts";
import { knownHost } from "../store/hosts.ts";
import type { Store } from "../store/open.ts";
import type { Stamp } from "./event.ts";

/** Who we are in the log: which host, in which boot. */
export type Writer = Pick<Stamp, "host" | "boot">;

/** Who writes into the log on the machine of these facts. */
export const writerOn = (store: Store, boot: Reading<string>): Writer => ({
  host: knownHost(store)?.uuid ?? null,
  boot: boot.ok ? boot.value : null,
});
