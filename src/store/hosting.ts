import * as v from "valibot";
import type { MachineIdentity } from "../facts/machine-identity.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const hostSchema = v.looseObject({
  schema: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Made up for this store. */
  uuid: v.pipe(v.string(), v.regex(UUID)),
  /** The machine's own ID, hashed. */
  machine: v.string(),
  /** What people call it, as it was when the entry was made. */
  label: v.string(),
  /** Whether it is known again after a reboot. */
  lasting: v.boolean(),
  /** Its boot IDs, the last one at the end. */
  boots: v.array(v.string()),
  /** Two machines write as this one: a boot came back after another one had followed it. */
  cloned: v.exactOptional(v.boolean()),
});

/** A machine as a store knows it. Several may share one store: a home directory on NFS. */
export type HostEntry = v.InferOutput<typeof hostSchema>;

/** Which machine works on the store, for a store that is told of it. */
export interface Hosting {
  readonly identity: () => MachineIdentity | null;
  /** The entry, once it was found to be right. */
  entry?: HostEntry;
}
