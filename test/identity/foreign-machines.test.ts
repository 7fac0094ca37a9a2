/** The decision over whole machines of Windows and macOS, as data: no such machine is needed. */
import { describe, expect, test } from "bun:test";
import { playback, recorder } from "../../src/facts/recording.ts";
import { deps as realMeans } from "../../src/identity/dependencies.ts";
import { resolve } from "../../src/identity/resolve.ts";
import { shellShape } from "../../src/identity/shell.ts";
import { windowsShape } from "../../src/identity/windows-programs.ts";
import { decide, machines, recordingOf } from "../support/recorded.ts";

describe.each(machines())("%s", (_, machine) => {
  const commands = Object.entries(machine.commands);

  test.each(commands)("%s", (_, command) => {
    const { source, anchor, hints } = decide(machine, command);
    expect({ source, anchor: anchor?.pid ?? null })
      .toEqual({ source: command.expect.source, anchor: command.expect.anchor });
    for (const [name, verdict] of Object.entries(command.expect.hints ?? {})) {
      expect(hints.filter((hint) => hint.name === name).map((hint) => hint.verdict)).toEqual([verdict]);
    }
  });

  test("sessions are as many as they should be", () => {
    for (const [name, command] of commands) {
      for (const [other, against] of commands) {
        if (command.expect.source === "uuid-fallback" || name === other) continue;
        const same = decide(machine, command).id === decide(machine, against).id;
        expect(`${name} / ${other}: ${same}`)
          .toBe(`${name} / ${other}: ${command.expect.session === against.expect.session}`);
      }
    }
  });

  test("a recording of the decision decides the same", () => {
    for (const [, command] of commands) {
      if (command.expect.source === "uuid-fallback") continue;
      const shape = machine.system === "win32" ? windowsShape : shellShape;
      const { facts, recording } = recorder(playback(recordingOf(machine, command)), shape);
      const deps = {
        ...realMeans({ sha256: (text) => Bun.SHA256.hash(text, "hex") }),
        randomUuid: () => "",
      };
      const live = resolve(facts, { scope: "session" }, deps);
      const again = resolve(playback(JSON.parse(JSON.stringify(recording()))), { scope: "session" }, deps);
      expect(again.id).toBe(live.id);
    }
  });
});
