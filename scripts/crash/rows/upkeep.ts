/** What goes, comes back and is set. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Changing } from "../changing.ts";
import {
  archives,
  EXPORTED,
  hooked,
  hosts,
  idIn,
  label,
  names,
  set,
  trust,
  trusted,
  values,
} from "../sights.ts";

export const UPKEEP: readonly Changing[] = [
  {
    name: "reset",
    args: ["reset", ...label],
    prepare: set("a", "1"),
    see: (world) => [values(world), archives(world)],
    // The archive is written first: a copy more, and the session as it was.
    between: () => ['{"a":"1"}}', 1],
  },
  {
    name: "restore",
    command: "restore",
    args: (world) => ["restore", JSON.parse(world.must("archives", "--json")).archives[0].name],
    prepare: (world) => {
      set("a", "1")(world);
      world.must("reset", ...label);
    },
    see: (world) => [values(world), archives(world)],
    // The session is back, and its archive not yet gone: a copy more.
    between: () => ['{"a":"1"}}', 1],
  },
  {
    name: "delete",
    args: ["delete", "--yes", "keepnot"],
    prepare: (world) => void world.must("set", "--session-id", "keepnot", "a", "1"),
    see: (world) => world.must("list", "--json").includes("keepnot"),
  },
  {
    name: "clean",
    same: true,
    args: ["clean", "--yes"],
    prepare: (world) => {
      for (const name of ["one", "two", "keep"]) world.must("set", "--session-id", name, "k", "kept");
      world.must("config", "maxCount", "1");
    },
    // One after the other goes to the archive: whichever are through, each is here or there.
    see: (world) =>
      [...new Set([...world.names("store", "sessions"), ...world.names("store", "archive")].flatMap(idIn))]
        .sort(),
  },
  {
    name: "purge",
    same: true,
    args: ["purge", "--yes"],
    prepare: (world) => {
      for (const value of ["1", "2", "3"]) {
        set("a", value)(world);
        world.must("reset", ...label);
      }
      world.must("config", "maxCount", "1");
    },
    // The oldest first: whichever are through, the newest stays.
    see: (world) => world.names("store", "archive").at(-1)?.includes("--002.") === true,
  },
  {
    name: "leftovers, by doctor",
    same: true,
    args: ["doctor", "--fix"],
    prepare: (world) => {
      set("a", "1")(world);
      for (const n of [1, 2]) {
        writeFileSync(join(world.store, "sessions", `ex--work_00.session.json.999999999-a-${n}.tmp`), "half");
      }
    },
    see: values,
  },
  {
    name: "config",
    args: ["config", "limits.sessions", "7"],
    see: (world) => world.must("config").includes("limits.sessions = 7"),
  },
  {
    name: "trust",
    args: ["trust"],
    prepare: hooked,
    see: trust,
  },
  {
    name: "config, back to its default",
    args: ["config", "--unset", "limits.sessions"],
    prepare: (world) => void world.must("config", "limits.sessions", "7"),
    see: (world) => world.must("config").includes("limits.sessions = 7"),
  },
  { name: "trust, taken back", args: ["trust", "--revoke"], prepare: trusted, see: trust },
  {
    name: "damage, by doctor",
    damaged: true,
    args: ["doctor", "--fix"],
    prepare: (world) => {
      set("a", "1")(world);
      writeFileSync(join(world.store, "sessions", "ex--work_00.session.json"), "no record");
    },
    // Where it was or in quarantine, with all its bytes.
    see: (world) =>
      ["sessions", "quarantine"].filter((folder) =>
        world.names("store", folder).some((name) => world.text("store", folder, name) === "no record")
      ),
  },
  {
    name: "import",
    args: (world) => ["import", join(world.home, "sessions.json")],
    command: "import",
    prepare: (world) => writeFileSync(join(world.home, "sessions.json"), EXPORTED),
    see: names,
    undone: true,
    // Doing it again takes over the rest.
    between: (world) => {
      world.must("import", join(world.home, "sessions.json"));
      return names(world).length === 3 ? [null, "one"] : "not all";
    },
  },
  {
    name: "fleet add",
    args: ["fleet", "add", "devbox", "--ssh", "me@devbox.invalid"],
    see: hosts,
  },
  {
    name: "fleet remove",
    args: ["fleet", "remove", "devbox"],
    prepare: (world) => void world.must("fleet", "add", "devbox", "--ssh", "me@devbox.invalid"),
    see: hosts,
  },
  {
    name: "fleet list, what was heard",
    args: ["fleet", "list"],
    memory: true,
    prepare: (world) => {
      // Another machine is another store.
      const there = `export BERTH_HOME="$HOME/there"; for last; do :; done; exec sh -c "$last"`;
      world.program("ssh", `#!/bin/sh\n${there}\n`);
      world.must("fleet", "add", "devbox", "--berth", world.berth);
    },
    see: (world) => world.must("fleet", "hosts", "--json").includes('"age":null'),
    between: () => true,
  },
  {
    name: "metrics",
    elsewhere: true,
    args: (world) => ["metrics", "--textfile", join(world.home, "collected")],
    command: "metrics",
    prepare: (world) => {
      mkdirSync(join(world.home, "collected"));
      writeFileSync(join(world.home, "collected", "berth.prom"), "# before\n");
    },
    see: (world) => {
      const text = world.text("home", "collected", "berth.prom");
      return text === "# before\n" ? text : /^berth_records_damaged /m.test(text);
    },
  },
];
