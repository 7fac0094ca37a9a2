import process from "node:process";
import type { Facts } from "./facts.ts";
import type { Host } from "./host.ts";

/** What one machine is told from another by. */
export interface MachineIdentity {
  /** Its own ID, hashed: 32 hex digits. */
  readonly machine: string;
  /** Whether that outlives a reboot. */
  readonly lasting: boolean;
  /** The boot ID, null where it cannot be read. */
  readonly boot: string | null;
  readonly pidNamespace: string | null;
  /** What people call it: the host name. */
  readonly label: () => string;
}

/** machine-id(5) is not to be shown, but hashed with a word of the program's own; so are the IDs of other systems. */
const WORD = "berth host";

/**
 * The machine that we run on: by the ID that its installation has, and where there is none (a container) by its boot and
 * PID namespace.
 *
 * @returns null where nothing of it can be read
 */
export function machineIdentity(host: Host, facts: Facts): MachineIdentity | null {
  const { boot, pidNamespace, machineId } = facts;
  const lasting = machineId?.ok === true;
  if (!lasting && !boot.ok) return null;
  const id = machineId?.ok === true
    ? machineId.value
    : `${boot.ok ? boot.value : ""} ${pidNamespace.ok ? pidNamespace.value : ""}`;
  return {
    machine: host.sha256(`${WORD}\n${id}`).slice(0, 32),
    lasting,
    boot: boot.ok ? boot.value : null,
    pidNamespace: pidNamespace.ok ? pidNamespace.value : null,
    label: () => labelOf(host),
  };
}

function labelOf(host: Host): string {
  const name = host.readText("/proc/sys/kernel/hostname", 256);
  // Asked of node:os only where need be: that costs 0.4 ms.
  return name.ok ? name.value.trim() : process.getBuiltinModule("node:os").hostname();
}
