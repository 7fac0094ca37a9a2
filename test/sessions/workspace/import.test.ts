/** Sessions come in together or not at all. */
import { expect, test } from "bun:test";
import { fail } from "../../../src/errors/errors.ts";
import { importSessions } from "../../../src/sessions/workspace/import.ts";
import { parseFile } from "../../../src/sessions/workspace/workspace-file.ts";
import { listRecords } from "../../../src/store/list.ts";
import { machineOf, scratch, storeAt } from "../../support/store.ts";

const AT = "2026-01-01T00:00:00.000Z";
const entry = (name: string, n: number) => ({
  id: `00000000-0000-4000-8000-00000000000${n}`,
  name,
  status: "idle",
  createdAt: AT,
  lastActivity: AT,
});
const FILE = parseFile(
  "x",
  JSON.stringify({ version: "1.0", sessions: ["one", "two", "three"].map((name, n) => entry(name, n)) }),
);

test.each([0, 1, 2])(
  "where number %d cannot be kept, those before it go again; the next try has all",
  async (broken) => {
    using directory = scratch();
    const store = storeAt(directory.path);
    const failing = {
      ...store,
      backend: {
        ...store.backend,
        write(name: string, text: string) {
          store.backend.write(name, text);
          // As when the sync of the directory fails: it is there, and nobody knows for how long.
          if (name.includes(`00000000000${broken}.session.json`)) {
            throw fail("write_failed", { what: name, why: "EIO" });
          }
        },
      },
    };
    const deps = { clock: () => new Date(AT), machine: () => machineOf({}) };
    const names = () =>
      [...listRecords(store)].map((one) => "record" in one ? one.record.name : "damaged").sort();
    const failed = await importSessions({ ...deps, store: failing }, directory.path, FILE).catch((error) =>
      error.code
    );
    expect([failed, names()]).toEqual(["write_failed", []]);
    expect((await importSessions({ ...deps, store }, directory.path, FILE)).imported).toHaveLength(3);
    expect(names()).toEqual(["one", "three", "two"]);
  },
);
