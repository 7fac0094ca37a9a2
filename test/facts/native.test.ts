/** Calls into the system's libraries: both runtimes take the same declarations. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openLibrary } from "../../src/facts/native.ts";
import { root, run } from "../support/berth.ts";

const PROGRAM = `
  import { openLibrary } from ${JSON.stringify(join(root, "src/facts/native.ts"))};
  const libc = openLibrary("libc.so.6", {
    getpid: { args: [], returns: "i32" },
    strlen: { args: ["bytes"], returns: "u64" },
    htonl: { args: ["u32"], returns: "u32" },
    labs: { args: ["u64"], returns: "u64" },
    close: { args: ["i32"], returns: "i32" },
    time: { args: ["bytes"], returns: "u64" },
  });
  const word = new TextEncoder().encode("four\\0more").subarray(1);
  console.log(JSON.stringify({
    pid: libc.getpid(),
    length: typeof libc.strlen(word) + " " + libc.strlen(word),
    swapped: libc.htonl(0x80000001),
    wide: String(libc.labs(0xffff_ffff_8000_0002n)),
    failed: libc.close(-1),
    time: libc.time(null) > 1_700_000_000n,
  }));
`;

const answer = {
  length: "bigint 3",
  swapped: 0x01000080,
  wide: String(0x7fff_fffen),
  failed: -1,
  time: true,
};

test.each([
  ["Bun", [process.execPath, "run", "-"]],
  ["Deno", [join(root, "node_modules", ".bin", "deno"), "run", "--allow-ffi", "--no-lock", "-"]],
])("numbers as wide as they are, memory, null: %s", async (_, command) => {
  const { stdout, stderr, status } = await run(command, { stdin: PROGRAM, cwd: root });
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject(answer);
}, 30_000);

test("a library that is not there is an error that names it", () => {
  expect(() => openLibrary("libnothing-of-the-sort.so", { f: { args: [], returns: "i32" } }))
    .toThrow("libnothing-of-the-sort.so");
});
