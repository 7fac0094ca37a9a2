import { describe, expect, test } from "bun:test";
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { type Backend, type Content, MAX_BYTES } from "../../src/store/backend.ts";
import { memoryBackend } from "../../src/store/memory-backend.ts";
import { failureOf, filesAt, scratch } from "../support/store.ts";

const request = { waitMs: 0, what: "the test", command: "test" };
const textOf = (content: Content | null): string | null =>
  content?.kind === "bytes"
    ? new TextDecoder().decode(content.bytes)
    : content === null
    ? null
    : content.reason;

/** Every backend keeps to this. */
function contract(name: string, use: (work: (backend: Backend) => void | Promise<void>) => Promise<void>) {
  describe(`${name} backend`, () => {
    const item = "sessions/a.session.json";
    const other = "archive/b.session.json";

    test("what was never written is absent", () =>
      use((backend) => {
        expect(backend.read(item, "only")).toBeNull();
        expect(backend.stat(item)).toBeNull();
        expect(backend.remove(item)).toBe(false);
        expect(backend.list("sessions")).toEqual([]);
        expect(backend.move(item, other)).toBe(false);
        expect(backend.read(other, "only")).toBeNull();
      }));

    test("a write is read back and replaces the content before", () =>
      use((backend) => {
        backend.write(item, "one, a longer text");
        backend.write(item, "two: ü 日本語");
        expect(textOf(backend.read(item, "guarded"))).toBe("two: ü 日本語");
        expect(backend.stat(item)?.bytes).toBe(17);
        expect(backend.list("sessions")).toEqual(["a.session.json"]);
      }));

    test("create takes a free name only", () =>
      use((backend) => {
        expect(backend.create(item, "one")).toBe(true);
        expect(backend.create(item, "two")).toBe(false);
        expect(textOf(backend.read(item, "only"))).toBe("one");
      }));

    test("move takes a free name only, and leaves nothing behind", () =>
      use((backend) => {
        backend.write(item, "one");
        backend.write(other, "two");
        expect(backend.move(item, other)).toBe(false);
        expect(textOf(backend.read(other, "only"))).toBe("two");
        expect(backend.remove(other)).toBe(true);
        expect(backend.move(item, other)).toBe(true);
        expect(textOf(backend.read(other, "only"))).toBe("one");
        expect(backend.read(item, "only")).toBeNull();
        expect(backend.list("sessions")).toEqual([]);
      }));

    test("what a reader does with its bytes changes nothing", () =>
      use((backend) => {
        backend.write(item, "one");
        const content = backend.read(item, "only");
        if (content?.kind === "bytes") content.bytes.fill(0);
        expect(textOf(backend.read(item, "only"))).toBe("one");
      }));

    test("what is too large is not read", () =>
      use((backend) => {
        backend.write(item, "x".repeat(MAX_BYTES + 1));
        expect(backend.read(item, "only")).toEqual({
          kind: "unfit",
          reason: "too-large",
          size: MAX_BYTES + 1,
        });
      }));

    test("files beside the folders are listed under no name", () =>
      use((backend) => {
        backend.write("config.json", "{}");
        backend.write(item, "one");
        expect(backend.list("").filter((base) => base.includes("."))).toEqual(["config.json"]);
      }));

    test("a lock excludes others until it is released", () =>
      use(async (backend) => {
        const lock = await backend.lock("sessions/a.session.lock", request);
        expect(lock.held).toBe(true);
        const { code, message } = await failureOf(() => backend.lock("sessions/a.session.lock", request));
        expect(code).toBe("locked");
        expect(message).toContain(`process ${process.pid} ("test") holds it`);
        const another = await backend.lock("sessions/b.session.lock", request);
        another.release();
        lock.release();
        lock.release();
        expect(lock.held).toBe(false);
        await using again = await backend.lock("sessions/a.session.lock", request);
        // A release that comes twice must not free the next holder's lock.
        lock.release();
        expect(again.held).toBe(true);
        expect((await failureOf(() => backend.lock("sessions/a.session.lock", request))).code).toBe("locked");
      }));

    test("a waiter gets the lock when it is released", () =>
      use(async (backend) => {
        const lock = await backend.lock("locks/global.lock", request);
        const waiting = backend.lock("locks/global.lock", { ...request, waitMs: 30_000 });
        lock.discard();
        await using next = await waiting;
        expect(next.held).toBe(true);
      }));
  });
}

contract("memory", async (work) => await work(memoryBackend()));
contract("file", async (work) => {
  using directory = scratch();
  await work(filesAt(`${directory.path}/päth with spaces`));
});

describe("file backend", () => {
  test("makes directories 0700 and files 0600 whatever the umask", () => {
    using directory = scratch();
    const before = process.umask(0);
    try {
      filesAt(`${directory.path}/deep/store`).write("sessions/a.session.json", "one");
    } finally {
      process.umask(before);
    }
    const mode = (path: string) => statSync(`${directory.path}/deep/store${path}`).mode & 0o777;
    expect([mode(""), mode("/sessions"), mode("/archive"), mode("/quarantine"), mode("/locks")]).toEqual(
      Array(5).fill(0o700),
    );
    expect(mode("/sessions/a.session.json")).toBe(0o600);
  });

  test("takes what other users may do from a file of ours, when asked", () => {
    using directory = scratch();
    const backend = filesAt(directory.path);
    backend.write("sessions/a.session.json", "one");
    const path = backend.locate("sessions/a.session.json");
    Bun.spawnSync(["chmod", "0644", path]);
    backend.read("sessions/a.session.json", "only");
    expect(statSync(path).mode & 0o777).toBe(0o644);
    backend.read("sessions/a.session.json", "guarded");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("a symbolic link, a directory and a FIFO in a file's place are no content", () => {
    using directory = scratch();
    mkdirSync(`${directory.path}/sessions`);
    writeFileSync(`${directory.path}/secret`, "secret");
    symlinkSync(`${directory.path}/secret`, `${directory.path}/sessions/link`);
    mkdirSync(`${directory.path}/sessions/folder`);
    Bun.spawnSync(["mkfifo", `${directory.path}/sessions/fifo`]);
    const backend = filesAt(directory.path);
    for (const name of ["link", "folder", "fifo"]) {
      expect(backend.read(`sessions/${name}`, "only")).toMatchObject({ kind: "unfit", reason: "not-a-file" });
    }
    // Writing replaces the link itself, never what it leads to.
    backend.write("sessions/link", "new");
    expect(readFileSync(`${directory.path}/secret`, "utf8")).toBe("secret");
    expect(textOf(backend.read("sessions/link", "only"))).toBe("new");
  });

  test("a write does not reach through a hard link, and leaves no temporary file", () => {
    using directory = scratch();
    const backend = filesAt(directory.path);
    backend.write("sessions/a", "one");
    linkSync(backend.locate("sessions/a"), `${directory.path}/kept`);
    backend.write("sessions/a", "two");
    expect(readFileSync(`${directory.path}/kept`, "utf8")).toBe("one");
    expect(readdirSync(`${directory.path}/sessions`)).toEqual(["a"]);
  });
});
