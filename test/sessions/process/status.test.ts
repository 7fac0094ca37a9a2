/** `hold` and `run` end as a shell says that the command ended. */
import { beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, directory, run, scratch } from "../../support/berth.ts";
import { type Project, project } from "../../support/project.ts";

const files = directory(scratch(), "files");
const file = (name: string, content: string | Uint8Array, mode = 0o755): string => {
  const path = join(files, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
};
const folder = join(files, "folder");
mkdirSync(folder);
const program = join(files, "not-executable");
copyFileSync("/bin/true", program);
chmodSync(program, 0o644);

/** Commands, by what is odd about each. What bash says of it is asked, not written down. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "status 0": ["true"],
  "status 255": ["sh", "-c", "exit 255"],
  "a status beyond a byte": ["bash", "-c", "exit 300"],
  "a script without #!": [file("plain", "exit 7\n")],
  "a script without #!, with arguments": [file("arguments", 'exit "$#"\n'), "a", "b c", ""],
  "an empty file": [file("empty", "")],
  "a script that is not executable": [file("closed", "exit 7\n", 0o644)],
  "a program that is not executable": [program],
  "a script without its interpreter": [file("lost", "#!/no/such/program\n")],
  "a script whose interpreter is a folder": [file("folded", `#!${folder}\n`)],
  "bytes that are no program": [file("bytes", new Uint8Array([1, 0, 2, 3]))],
  "a program cut off": [file("cut", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]))],
  "a folder": [folder],
  "what is below a file": [join(files, "plain", "x")],
  "a name that is nowhere": ["no-such-program-here"],
  "a path that is nowhere": [join(files, "nothing")],
  "an empty name": [""],
  "a blank": [" "],
  "a name that is too long": ["x".repeat(300)],
  "a script on PATH without #!": ["plain"],
  "one on PATH that is not executable": ["closed"],
  ...Object.fromEntries(
    [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 25, 26, 29, 30, 31, 34, 40, 64].map((
      signal,
    ) => [`signal ${signal}`, ["bash", "-c", `ulimit -c 0; kill -${signal} $$; sleep 5`]]),
  ),
};

const PATH = `${files}:${process.env["PATH"] ?? ""}`;
let p: Project;
beforeAll(async () => {
  p = await project();
  await p.ok("new", "auth");
});

describe.each(Object.entries(COMMANDS))("%s", (_, command) => {
  test("has the status that bash gives it", async () => {
    // Not as its last command, which it would become.
    const { status } = await run(["bash", "-c", '"$@"; exit "$?"', "bash", ...command], { env: { PATH } });
    for (const words of [["hold"], ["run", "auth"]]) {
      const done = await p.in(p.root, [berth, ...words, "--", ...command], { env: { PATH } });
      expect([words, done.status]).toEqual([words, status]);
      expect(done.stderr).not.toContain("Internal error");
      if (status === 126 || status === 127) expect(done.stderr).toMatch(/^berth: Cannot (start|execute) "/);
    }
  });
});

test("no process to be had is no fault of the command's", async () => {
  // Root's processes are not counted; this user's are, and there is only the one that asks.
  const none = "prlimit --nproc=0 setpriv --reuid=64123 --regid=64123 --clear-groups";
  const home = directory(scratch());
  chmodSync(home, 0o777);
  const { stderr, status } = await run(
    ["bash", "-c", `exec ${none} "$0" --session-id x hold -- true`, berth],
    { env: { BERTH_HOME: join(home, "store"), HOME: home } },
  );
  expect(status).toBe(1);
  expect(stderr).toContain('Cannot make a process for "true": Resource temporarily unavailable\n  hint: ');
});
