/** The reader of macOS, its calls and all, over a library that stands in for libSystem. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { root, run, scratch } from "../support/berth.ts";

const directory = scratch();
const library = join(directory, "libsystem.so");

const PROGRAM = `
  import { macosFacts } from ${JSON.stringify(join(root, "src/facts/macos.ts"))};
  import { nodeHost } from ${JSON.stringify(join(root, "src/facts/host-node.ts"))};
  import { macosMounts } from ${JSON.stringify(join(root, "src/facts/mounts-macos.ts"))};
  import { atOrBelow } from ${JSON.stringify(join(root, "src/facts/mounts.ts"))};
  const mounts = macosMounts(${JSON.stringify(library)});
  const facts = macosFacts(nodeHost, ${JSON.stringify(library)});
  const { self, boot, machineId, pidNamespace, variables } = facts;
  console.log(JSON.stringify({
    mounts, below: atOrBelow(mounts.value, "/Users/me/project/.worktrees"),
    beside: atOrBelow(mounts.value, "/Users/me/project/.worktrees/a"),
    boot, machineId, pidNamespace, variables, self: self > 0,
    found: facts.process(501), gone: facts.process(502), none: facts.process(503),
    args: facts.arguments(501), env: facts.environment(501), closed: facts.arguments(502),
    streams: facts.streams.ok, missing: macosFacts(nodeHost, "/nothing.dylib").process(1).ok,
  }));
`;

test.each([
  ["Bun", [process.execPath, "run", "-"]],
  ["Deno", [join(root, "node_modules", ".bin", "deno"), "run", "-A", "--no-lock", "-"]],
])("what the calls bring: %s", async (_, command) => {
  const built = await run([
    "gcc",
    "-shared",
    "-fPIC",
    "-O1",
    "-o",
    library,
    join(root, "test", "macos", "libsystem.c"),
  ]);
  expect(built).toEqual({ stdout: "", stderr: "", status: 0 });
  const env = { FIXTURES: join(root, "test", "fixtures"), TERM_PROGRAM: "iTerm.app", TERM_SESSION_ID: "" };
  const { stdout, stderr, status } = await run(command, { stdin: PROGRAM, cwd: root, env });
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  const closed = "sysctl failed: no such process, or another user's";
  const tree = "/Users/me/project/.worktrees/a b";
  expect(JSON.parse(stdout)).toEqual({
    mounts: { ok: true, value: ["/", tree] },
    below: [tree],
    beside: [],
    boot: { ok: true, value: "5D2D8E9A-1C0B-4E0F-8B43-3D0A1E8C5F60" },
    machineId: { ok: true, value: "9B1F7C52-6E3D-4A0C-9D11-2C7E5A904B3F" },
    pidNamespace: { ok: true, value: "" },
    variables: { TERM_PROGRAM: "iTerm.app" },
    self: true,
    found: {
      ok: true,
      value: {
        pid: 501,
        ppid: 500,
        name: "sixteen-letters!",
        sid: 500,
        tty: "/dev/ttys003",
        start: "1764165780000042",
      },
    },
    gone: { ok: false, why: "no such process" },
    none: { ok: false, why: "no such process" },
    args: { ok: true, value: ["-zsh", "", "-c", "x y"] },
    env: { ok: true, value: { TERM_PROGRAM: "iTerm.app" } },
    closed: { ok: false, why: closed },
    streams: true,
    missing: false,
  });
}, 60_000);
