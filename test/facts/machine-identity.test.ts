import { describe, expect, test } from "bun:test";
import { type Facts, known, type Reading, unknown } from "../../src/facts/facts.ts";
import type { Host } from "../../src/facts/host.ts";
import { linuxMachineId } from "../../src/facts/machine-id.ts";
import { machineIdentity } from "../../src/facts/machine-identity.ts";
import { sha256 } from "../../src/facts/sha256.ts";

const ID = "0123456789abcdef0123456789abcdef";
const hostWith = (files: Readonly<Record<string, string>>): Host =>
  ({
    sha256,
    readText: (path: string): Reading<string> => {
      const text = files[path];
      return text === undefined ? unknown("ENOENT") : known(text);
    },
  }) as unknown as Host;

describe("machine-id(5)", () => {
  test.each([
    ["as systemd writes it", `${ID}\n`],
    ["without a newline", ID],
    ["in capitals", `${ID.toUpperCase()}\n`],
  ])("is read %s", (_, text) => {
    expect(linuxMachineId(hostWith({ "/etc/machine-id": text }))).toEqual(known(ID));
  });

  test.each(["", "\n", "uninitialized\n", `${"0".repeat(32)}\n`, `${ID}0\n`, ID.slice(1), "x".repeat(32)])(
    "%j is none, and D-Bus's counts",
    (text) => {
      expect(linuxMachineId(hostWith({ "/etc/machine-id": text })).ok).toBe(false);
      const both = { "/etc/machine-id": text, "/var/lib/dbus/machine-id": `${ID}\n` };
      expect(linuxMachineId(hostWith(both))).toEqual(known(ID));
    },
  );
});

describe("a machine's identity", () => {
  const host = hostWith({ "/proc/sys/kernel/hostname": "box\n" });
  const factsWith = (facts: Partial<Facts>): Facts =>
    ({ boot: known("b1"), pidNamespace: known("pid:[1]"), ...facts }) as Facts;
  const machineOf = (facts: Partial<Facts>) => machineIdentity(host, factsWith(facts))?.machine;

  test("outlives a reboot by the machine ID, which it does not show", () => {
    const identity = machineIdentity(host, factsWith({ machineId: known(ID) }));
    expect(identity).toMatchObject({ lasting: true, boot: "b1", pidNamespace: "pid:[1]" });
    expect(identity?.label()).toBe("box");
    expect(identity?.machine).toMatch(/^(?!0123)[0-9a-f]{32}$/);
    expect(machineOf({ machineId: known(ID), boot: known("b2") })).toBe(identity?.machine);
    expect(machineOf({ machineId: known(ID.replace("0", "1")) })).not.toBe(identity?.machine);
  });

  test("is that of boot and PID namespace without one", () => {
    const none = { machineId: unknown("no machine-id(5)") };
    expect(machineIdentity(host, factsWith(none))?.lasting).toBe(false);
    const machines = [none, { ...none, boot: known("b2") }, { ...none, pidNamespace: known("pid:[2]") }];
    expect(new Set(machines.map(machineOf)).size).toBe(3);
    expect(machineOf({})).toBe(machineOf(none));
  });

  test("is none where nothing can be read", () => {
    expect(machineIdentity(host, factsWith({ boot: unknown("EACCES") }))).toBeNull();
  });
});
