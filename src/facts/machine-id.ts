import { known, type Reading, unknown } from "./facts.ts";
import type { Host } from "./host.ts";

/** The second one is D-Bus's, from before there was the first. */
const FILES = ["/etc/machine-id", "/var/lib/dbus/machine-id"] as const;

/** 32 hex digits; not all zeros, and not `uninitialized`, as an image that has not started yet has it. */
const MACHINE_ID = /^(?!0{32}$)[0-9a-f]{32}$/;

/** The ID that a Linux installation has (machine-id(5)). Containers often have none, or that of their image. */
export function linuxMachineId(host: Host): Reading<string> {
  for (const file of FILES) {
    const text = host.readText(file, 64);
    const id = text.ok ? text.value.trim().toLowerCase() : "";
    if (MACHINE_ID.test(id)) return known(id);
  }
  return unknown("no machine-id(5)");
}
